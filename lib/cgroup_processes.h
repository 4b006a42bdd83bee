/*
 * The processes of a cgroup that is open: see cgroup.h. Times are milliseconds.
 */
#ifndef CGROUP_PROCESSES_H
#define CGROUP_PROCESSES_H

#include "cgroup.h"
#include <sys/types.h>

/*
 * Move a process into the cgroup wherever that exists; its children to come are born there. What
 * fails is said and ends the tool; the hierarchies that had it already keep it.
 */
void cg_add(const struct cgroup *cg, pid_t pid);

/*
 * Move into the hierarchies that cg_make() has just made, and those of v1 that were asked for, what
 * processes the cgroup has in the others, until no new ones turn up. fail()s.
 */
void cg_bring_processes(const struct cgroup *cg);

/*
 * Stop all processes in the cgroup and below, or let them go on; return when they all are. That
 * needs the v1 hierarchy `freezer`, or v2. refuse()s when it takes too long: not frozen then.
 */
void cg_freeze(struct cgroup *cg, bool freeze, long ms);

/* As cg_freeze(), -1 with errno where that fails; ENOENT: the cgroup is in no such hierarchy. */
int cg_try_freeze(struct cgroup *cg, bool freeze, long ms);

/* 1: all are stopped, 0: not, -1: the cgroup is in no hierarchy that could. */
int cg_is_frozen(struct cgroup *cg);

/*
 * SIGKILL all processes in the cgroup and below, frozen ones too, also those that are forked
 * meanwhile; return when none is left. refuse()s when it takes too long.
 */
void cg_kill(struct cgroup *cg, long ms);

#endif
