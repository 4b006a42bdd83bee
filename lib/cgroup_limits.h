/*
 * Limits of a cgroup: what they are called on a command line, which file of which controller takes
 * them, and in what words.
 */
#ifndef CGROUP_LIMITS_H
#define CGROUP_LIMITS_H

#include "cgroup.h"
#include "cgroup_devices.h"

enum limit {
	LIMIT_MEMORY,
	LIMIT_SWAP, /* of memory and swap together */
	LIMIT_RESERVATION,
	LIMIT_CPUS,
	LIMIT_SHARES,
	LIMIT_CPUSET_CPUS,
	LIMIT_CPUSET_MEMS,
	LIMIT_PIDS,
	LIMITS
};

struct limit_value {
	bool given, unlimited;
	bool optional;   /* a kernel that has no file for it is all right */
	uint64_t number; /* bytes, billionths of a CPU, shares, processes */
	const char *text;
};

struct limits {
	struct limit_value of[LIMITS];
	struct device_rules devices;
};

/* Option setters; into: a struct limit_value. -1 is "no limit" for all but shares and lists. */
void limit_opt_size(const struct opt *opt, const char *arg);
void limit_opt_cpus(const struct opt *opt, const char *arg);   /* 1.5 */
void limit_opt_shares(const struct opt *opt, const char *arg); /* 1024 is the normal */
void limit_opt_number(const struct opt *opt, const char *arg);
void limit_opt_list(const struct opt *opt, const char *arg); /* 0-3,5 */

/*
 * Settle what is still open before anything is made: refuse() limits that contradict each other or
 * that no controller takes; cg_need() the controllers. As docker-run(1) has it, a new cgroup with
 * a memory limit may use as much swap again, unless told otherwise.
 */
void limits_check(struct limits *limits, struct cgroup *cg, bool new);

/* Write them into the cgroup, which is open. fail()s; what was written before is written back. */
void limits_write(struct limits *limits, struct cgroup *cg);

#endif
