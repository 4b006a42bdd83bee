/*
 * Going into the background, once what was asked for runs there.
 *
 * The caller's process stays for that long and exits with what the other one says. Until then what
 * kills the one is the end of the other; afterwards nothing binds them: the one in the background
 * has a session of its own, its standard streams are /dev/null, its directory is /.
 */
#ifndef DETACH_H
#define DETACH_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Fork. Returns in the new process; the caller's, with the signal mask `mask` again, waits and
 * exits. fail()s in either.
 */
void detach_begin(const sigset_t *mask);

/*
 * In a child of that: from here on it is ready when it executes a program, or, with a number, when
 * the program has written DETACH_READY to that descriptor and then closed it, by exec(2) for one.
 * Whatever comes behind DETACH_READY tells that it failed after all. Returns the descriptor that
 * has to stay open: the number, or one that exec(2) closes. fail()s.
 */
enum { DETACH_READY = 's', DETACH_FAILED = 'f' };
int detach_child(int number);

/* In a child without number: about to execute it. */
void detach_ready(void);

/*
 * Descriptors that are to stay open when all others are closed, which has to be before
 * detach_wait(): with the child's end of the pipe here, too, its death would not be seen.
 */
enum { DETACH_FDS = 2 };
extern int detach_fds[DETACH_FDS];

/*
 * Wait until `child` is ready, then let the caller go with status 0. false: it has ended before
 * that; it is to be waited for, and detach_fail() called with its status. A caller who dies
 * meanwhile takes it along.
 */
bool detach_wait(pid_t child);
void detach_fail(int status);

#endif
