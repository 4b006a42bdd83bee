/*
 * What is typed at stdin, into a terminal's master or a pipe. It is part of somebody's poll(2)
 * loop: typing_begin(), then again and again typing_polls(), poll(2), typing_turn().
 */
#ifndef TYPING_H
#define TYPING_H

#include "detach_keys.h"
#include <poll.h>

enum { TYPING_POLLS = 2 };

/*
 * From now on stdin goes `to` there, a descriptor that does not block and is ours from now on; -1:
 * nowhere, it is left alone. With keys `to` is a terminal's master: stdin, if that is one as well,
 * is set to raw mode, and the keys are looked for; tty_guard_end() is for the end. fail()s.
 */
void typing_begin(int to, struct detach_keys *keys);

void typing_polls(struct pollfd polls[TYPING_POLLS]);

/* Do what can be done. When stdin has ended, or nobody takes it any more, there is no more to do.
 */
enum typing {
	TYPING_GOES_ON,
	TYPING_LEFT, /* by the keys; the terminal's modes are restored */
	TYPING_GONE, /* our terminal is */
};
enum typing typing_turn(const struct pollfd polls[TYPING_POLLS]);

/*
 * Give the terminal of this master the size of ours: the first of stdin, stdout and stderr that is
 * one. `redraw`: whoever draws there is told also if that is no change.
 */
void typing_size(int master, bool redraw);

#endif
