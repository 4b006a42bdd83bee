/*
 * Cgroups that are given by their directories, whoever made them, for a process to be put into.
 */
#ifndef CGROUP_DIRS_H
#define CGROUP_DIRS_H

#include "opt.h"
#include <sys/types.h>

enum { CGROUP_DIRS = 16 };

struct cgroup_dirs {
	struct list names;    /* for opt_list() */
	int fds[CGROUP_DIRS]; /* of the directories, in the same order */
	int v2;               /* which one is of v2; -1: none */
};

/* Open them, and see that each is a cgroup, in a hierarchy of its own. fail()s. */
void cgroup_dirs_open(struct cgroup_dirs *dirs);

/* Move `pid` into all of them. fail()s. */
void cgroup_dirs_add(const struct cgroup_dirs *dirs, pid_t pid);

/*
 * Move ourselves, who have one thread, into those of v1. A thread that moves itself alone, by
 * `tasks`, is let through at once; for any other move the kernel waits until no process forks or
 * ends, which takes an RCU grace period, some ten milliseconds: cgroup_procs_write_start() in
 * kernel/cgroup/cgroup.c. fail()s.
 */
void cgroup_dirs_enter(const struct cgroup_dirs *dirs);

/*
 * How many of their processes the kernel has killed for want of memory, as memory.events (v2) or
 * memory.oom_control (v1) says; 0 also where memory is not accounted. They are open still.
 */
uint64_t cgroup_dirs_oom_kills(const struct cgroup_dirs *dirs);

#endif
