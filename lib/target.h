/*
 * A running process whose namespaces and cgroups are to be entered, and its limits to be shared.
 */
#ifndef TARGET_H
#define TARGET_H

#include "cgroup_dirs.h"
#include "rlimits.h"
#include <sys/types.h>

struct target {
	const char *name; /* the pid as it was given */
	pid_t pid;
	int fd;                     /* pidfd_open(2) */
	unsigned int namespaces;    /* CLONE_NEW… of the kinds in which it is not in ours */
	struct cgroup_dirs cgroups; /* those that it is in and we are not */
	struct rlimits rlimits;
};

/*
 * Find out about the process whose pid is the text `name`, which has to live as long. start: as
 * process_start() of process.h tells it, so that a process which has got the pid of another one is
 * not taken for that; 0: whichever. refuse()s one that is not there, or is another one; fail()s.
 */
void target_open(struct target *target, const char *name, unsigned long long start);

/*
 * To be called before it is entered, as late as can be. refuse()s one that has ended (if it has
 * not, its pid was its own all the time, and so was all that /proc/PID said), and one that is
 * frozen: so would be whoever enters, in the middle of it.
 */
void target_check(const struct target *target);

#endif
