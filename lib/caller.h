/*
 * Who started a container's first process: not to be harmed by what it does to its namespaces, not
 * to die unnoticed, and not to leave anything to the command.
 */
#ifndef CALLER_H
#define CALLER_H

#include <stddef.h>

/*
 * Where descriptor 0, 1 or 2 is closed, put /dev/null there in the wrong direction, which is as
 * good as closed to the command and keeps what will be opened out. Close all others but the `count`
 * in `keep`, where -1 stands for none: what is open could be reached by links of an image into
 * /proc/self/fd. What will be made has its modes whatever the umask was: it is 022. Then take note
 * of who the parent is. fail()s.
 */
void caller_meet(const int *keep, size_t count);

/*
 * refuse() with `object` and `advice` when our namespace of this kind ("mnt") is the caller's own.
 * unshare(1) stays in the namespaces that it makes for a PID 1: there its parent is asked. Where
 * /proc is of our own pid namespace already no parent can be seen; then only the machine's first
 * UTS namespace is told.
 */
void caller_is_elsewhere(const char *kind, const char *object, const char *advice);

/*
 * Signal dispositions and mask, session keyring as if nobody had been there; descriptors
 * from 3 up become close-on-exec. fail()s.
 */
void caller_forget(void);

/*
 * End at once if the parent's death was to kill us (prctl(2), PR_SET_PDEATHSIG) and it has died: a
 * change of user clears that signal, and by the time that it is armed again it may be too late.
 */
void caller_still_there(void);

#endif
