/*
 * A gate between a child and its parent: the child is there, and does nothing, until the parent has
 * done what can only be done from outside; whoever waits in vain, as the other one has died, ends.
 */
#ifndef GATE_H
#define GATE_H

#include <stdbool.h>

/* The two sides. fail()s. */
struct gate {
	int child, parent;
};
void gate_make(struct gate *gate);

/* In the child: close the parent's side. Say that it is ready, and wait; _exit()s without a parent.
 */
void gate_in_child(struct gate *gate);
void gate_wait(const struct gate *gate);

/*
 * In the child, when no change of user ids follows: die with the parent from here on, which up to
 * here the gate's end tells. Where that happened, _exit()s.
 */
void gate_follow_parent(const struct gate *gate);

/* In the parent: close the child's side, and wait for it. false: it has ended, and said why. */
bool gate_is_reached(struct gate *gate);

/* In the parent, who keeps its side open: let the child go. fail()s. */
void gate_open(const struct gate *gate);

#endif
