/*
 * Commands to be run at the end of something, given as options: one for the command, one for each
 * of its arguments.
 */
#ifndef HOOK_H
#define HOOK_H

#include "opt.h"

struct hooks {
	struct list words; /* of all hooks, each ended by NULL */
	size_t starts[8], count;
};

/* Option setters; into: struct hooks. The one begins a hook, the other adds to the last one. */
void hook_opt(const struct opt *opt, const char *arg);
void hook_opt_arg(const struct opt *opt, const char *arg);

/*
 * Run each, one after the other, with an empty signal mask, stdin from /dev/null and stdout on
 * stderr: their output is no part of the command's. A hook that cannot be run or ends with another
 * status than 0 is complained of. They run once: of: struct hooks, which is empty afterwards.
 */
void hooks_run(void *of);

#endif
