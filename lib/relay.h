/*
 * Between the caller's terminal and the master of a pseudo-terminal, pty(7): bytes both ways, and
 * the window's size. It is part of somebody's poll(2) loop: relay_begin(), then again and again
 * relay_polls(), poll(2), relay_turn().
 */
#ifndef RELAY_H
#define RELAY_H

#include <poll.h>
#include <stdbool.h>

enum { RELAY_POLLS = 4 };

/*
 * From now on what comes out of master goes to stdout, and with `input` what comes in at stdin goes
 * to master. If that is a terminal it is set to raw mode; tty_guard_end() is for the end. master
 * becomes the relay's. fail()s, also when it is no pseudo-terminal's.
 */
void relay_begin(int master, bool input);

/* Write what comes out of master to this descriptor as well, before it is shown; not once that
 * fails. */
void relay_copy(int fd);

/* What to wait for, and at most how many milliseconds (-1: for ever). Nothing before the begin. */
void relay_polls(struct pollfd polls[RELAY_POLLS], int *patience);

/* Do what can be done. false: one of the sides is gone, and relay_end() is due. */
bool relay_turn(const struct pollfd polls[RELAY_POLLS]);

/* The caller's window has another size: so has the other terminal, whose foreground hears of it. */
void relay_size(void);

/*
 * Whoever has been writing is gone: take no more input, and show what there still is.
 * relay_is_done() is true when all has been shown.
 */
void relay_drain(void);
bool relay_is_done(void);

/* Close master, by which the terminal's session is hung up; what was not shown is dropped. */
void relay_end(void);

#endif
