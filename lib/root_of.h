/*
 * The root file system of a process in another mount namespace, seen from ours.
 */
#ifndef ROOT_OF_H
#define ROOT_OF_H

#include <stdint.h>
#include <sys/types.h>

/*
 * A copy of the mount that is the root of its namespace, without what is mounted in there: for
 * sys_move_mount(), the caller's to close. start: as process_start(), for a pid that is another's
 * by now; 0: any. fail()s, also when the process is gone. Needs CAP_SYS_ADMIN, and /proc.
 */
int root_of(pid_t pid, uint64_t start);

#endif
