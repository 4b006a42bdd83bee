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

/* Move `pid` into all of them, but for the one numbered `but` (-1: none). fail()s. */
void cgroup_dirs_add(const struct cgroup_dirs *dirs, pid_t pid, int but);

#endif
