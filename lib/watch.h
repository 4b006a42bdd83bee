/*
 * A process that outlives its supervisor, and must not.
 */
#ifndef WATCH_H
#define WATCH_H

#include <sys/types.h>

/*
 * Start a process which kills `child` should we die before it; it ends with us in any case. The
 * parent death signal of prctl(2) does not do by itself: a change of user ids or of rights clears
 * it, and whoever has it may. The watcher is in a process group of its own from the beginning, in
 * /, and holds nothing but the child's pidfd and the end of a pipe. Returns the other end, to be
 * held as long as we live. fail()s.
 */
int watch_child(pid_t child);

#endif
