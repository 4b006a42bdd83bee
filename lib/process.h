/*
 * Which process is meant: a pid comes round again, a pid with its start time does not, as long as
 * the machine is not started again.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The process id that an operand is: positive, as 0 would mean ourselves; else it is a wrong usage.
 */
pid_t process_id(const char *text);

/*
 * When the process started, in clock ticks since boot: field 22 of /proc/PID/stat, proc(5). 0:
 * there is none, or all of it is dead and not yet waited for.
 */
unsigned long long process_start(pid_t pid);

/*
 * Wait for the end of the process that a pidfd stands for, up to that moment. false: it goes on.
 * The moment is one from now on, in nanoseconds; weeks: never.
 */
uint64_t deadline_in(uint64_t nano);
bool process_ends(int process, uint64_t deadline);

/* This boot's id, random(4); the caller frees. fail()s. */
char *boot_id(void);

#endif
