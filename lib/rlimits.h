/*
 * Resource limits by name: getrlimit(2).
 */
#ifndef RLIMITS_H
#define RLIMITS_H

#include "opt.h"
#include <sys/resource.h>

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

#endif
