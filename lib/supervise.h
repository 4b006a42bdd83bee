/*
 * Waiting for a command on behalf of whoever waits for us: its signals are handed on, its exit
 * status is ours.
 */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Hold back every signal that can be handed on, before the command is forked; *before receives the
 * mask that the child has to restore. SIGCHLD becomes waitable even if our parent ignores it.
 */
void supervise_begin(sigset_t *before);

/*
 * For who has more to wait for than supervise() has: a descriptor, signalfd(2), from which the held
 * signals are read, and what stops and continues a job, which is held from now on as well. fail()s.
 */
int supervise_signals(void);

/*
 * In the child: let signals through again, with the mask of before. Until exec, those that ask a
 * program to end do end it, also as PID 1, which ignores what it has no handler for: it may be
 * waiting for something that never comes.
 */
void supervise_undo(const sigset_t *before);

/* The last part of that alone, for who holds back nothing. */
void supervise_mortal(void);

/*
 * Wait for `child`, handing on what signals come. A signal that the terminal sent (^C) has reached
 * the child already where both are of one process group: with `apart`, when the child is in a
 * session of its own, it is handed on as well. Other children are reaped in passing: an init's
 * duty. Returns the exit status as status.h has it: the child's own, or 128 + signal.
 */
int supervise(pid_t child, bool apart);

/* The same until `helper`, another child of ours, has ended, whose status it returns. */
int supervise_helper(pid_t helper, pid_t child, bool apart);

/* Has it ended? It is not reaped. */
bool supervise_ended(pid_t child);

#endif
