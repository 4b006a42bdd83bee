/*
 * The cgroups that a process is in, for another one to be put into: /proc/PID/cgroup, cgroups(7).
 */
#ifndef CGROUP_OF_H
#define CGROUP_OF_H

#include "cgroup_dirs.h"

/*
 * Name and open the cgroups of process `pid`, also those of hierarchies without controllers; where
 * it is in the same one as we are there is nothing to be done, and that is left out. refuse()s when
 * one is not to be seen in any mount, which would leave a limit behind; fail()s.
 */
void cgroup_of(pid_t pid, struct cgroup_dirs *dirs);

/* The name of the first one whose processes are stopped, or about to be; NULL: none. */
const char *cgroup_of_frozen(const struct cgroup_dirs *dirs);

#endif
