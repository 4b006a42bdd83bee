/*
 * Which process is meant: a pid comes round again, a pid with its start time does not, as long as
 * the machine is not started again.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <sys/types.h>

/*
 * When the process started, in clock ticks since boot: field 22 of /proc/PID/stat, proc(5). 0:
 * there is none, or all of it is dead and not yet waited for.
 */
unsigned long long process_start(pid_t pid);

/* This boot's id, random(4); the caller frees. fail()s. */
char *boot_id(void);

#endif
