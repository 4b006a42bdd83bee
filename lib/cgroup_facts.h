/*
 * What a cgroup uses, and may use, under one name whatever the layout.
 */
#ifndef CGROUP_FACTS_H
#define CGROUP_FACTS_H

#include "cgroup.h"

/*
 * Print one fact a line, `key TAB value`, or all as one JSON object. What the cgroup, which is
 * open, or the kernel does not count is left out. No limit is "max", in JSON null. Bytes,
 * nanoseconds. named: with its path as the first fact.
 */
void facts_print(struct cgroup *cg, bool json, bool named);

#endif
