/*
 * The cgroups that are directly below another one.
 */
#ifndef CGROUP_LIST_H
#define CGROUP_LIST_H

#include "cgroup.h"

/*
 * Print for each of them, in whichever hierarchies it is, its name and how many processes it and
 * those below it have: NAME TAB PROCESSES, sorted by name. cg_find() has been called. That the
 * cgroup itself is not there is no error, and nothing is printed. fail()s.
 */
void cg_list(struct cgroup *cg);

#endif
