/*
 * What a supervisor tells of its child, as lines KEY TAB VALUE that are appended to a descriptor.
 */
#ifndef REPORT_H
#define REPORT_H

#include "cgroup_dirs.h"

/* supervisor, supervisor_start, pid, start: which processes they are, as process.h has it. fail()s.
 */
void report_start(int fd, pid_t child);

/*
 * oom: how many processes of the cgroups were killed for want of memory, where there were any;
 * finished: now, in seconds since the epoch; exit: the status. What fails is said.
 */
void report_end(int fd, int status, const struct cgroup_dirs *cgroups);

#endif
