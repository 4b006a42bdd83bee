/*
 * Commands to be run when something has come so far, or is at its end, given as options: one for
 * the command, one for each of its arguments. They have an empty signal mask, stdin from /dev/null
 * and stdout, unless something else is said, on stderr: their output is no part of the command's.
 */
#ifndef HOOK_H
#define HOOK_H

#include "opt.h"
#include <sys/types.h>

struct hooks {
	struct list words; /* of all hooks, each ended by NULL */
	size_t starts[16], count;
	const char *files[16]; /* a hook is only run if this is there; NULL: in any case */
};

/* Option setters; into: struct hooks. The first begins a hook, the others are of the last one. */
void hook_opt(const struct opt *opt, const char *arg);
void hook_opt_arg(const struct opt *opt, const char *arg);
void hook_opt_if(const struct opt *opt, const char *arg); /* heeded by hooks_run alone */

/*
 * Run each, one after the other. A hook that cannot be run or ends with another status than 0 is
 * complained of. They run once: of: struct hooks, which is empty afterwards.
 */
void hooks_run(void *of);

/*
 * The same by steps, for who has more to wait for: the words of one, ended by NULL; start what they
 * say, with `out` for stdout and, unless it is below 0, `third` for descriptor 3, -1: it was
 * complained of; complain of a status that is not 0, and tell whether it is.
 */
char **hook_words(const struct hooks *hooks, size_t i);
pid_t hook_start(char *const *words, int out, int third);
bool hook_ended_well(const char *name, int status);

#endif
