/*
 * Resource limits by name: getrlimit(2).
 */
#ifndef RLIMITS_H
#define RLIMITS_H

#include "opt.h"
#include <sys/resource.h>
#include <sys/types.h>

struct rlimits {
	struct rlimit limit[RLIM_NLIMITS];
	bool wanted[RLIM_NLIMITS];
};

/*
 * A setter for NAME=SOFT[:HARD] as docker-run(1) has it; -1 is unlimited; HARD is SOFT where it is
 * left out. into: struct rlimits.
 */
void rlimits_opt(const struct opt *opt, const char *arg);

/* Set those that are wanted. fail()s, naming the limit: raising a hard one takes CAP_SYS_RESOURCE.
 */
void rlimits_set(const struct rlimits *rlimits);

/*
 * Those of process `pid` that are not ours, from its /proc/PID/limits: to read that takes no right
 * over the process, as prlimit(2) does. fail()s.
 */
void rlimits_of(struct rlimits *rlimits, pid_t pid);

/* Set them as far as may be: a hard one that is above ours and that we may not raise stays. */
void rlimits_follow(const struct rlimits *rlimits);

#endif
