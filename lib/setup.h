/*
 * What is done to a child from outside while it goes on with what it can do itself: hooks, and a
 * pipe by which it learns that they are through.
 */
#ifndef SETUP_H
#define SETUP_H

#include "fds.h"
#include "hook.h"

struct setup {
	struct hooks hooks;
	int number;  /* what the child knows the reading end by; below 0: it does not get it */
	int ends[2]; /* of the pipe */
	struct fds held;
};
/* clang-format off */
#define SETUP_NONE {.number = -1, .ends = {-1, -1}}
/* clang-format on */

/* Make the pipe, if there is one; its number has been fds_claim()ed. fail()s. */
void setup_make(struct setup *setup);

/* In the child: give the reading end its number, which is returned, and close the rest. fail()s. */
int setup_in_child(const struct setup *setup);

/*
 * Run the hooks, one after the other, with `{}` in an argument standing for the child's pid and
 * `out` for their stdout (below 0: stderr), and hand on signals as supervise() does; then write one
 * byte and close the pipe. A hook that fails is complained of and has the child killed: false. When
 * the child ends meanwhile no further hook is run, and what it ended with is what counts. It is not
 * reaped.
 */
bool setup_run(struct setup *setup, pid_t child, bool apart, int out);

/*
 * Hooks find a socket, unix(7), SOCK_SEQPACKET, as their descriptor 3: descriptors that they send
 * there are held open, by us alone, until this is called.
 */
void setup_release(struct setup *setup);

#endif
