/*
 * Which devices the processes of a cgroup may make, read and write.
 */
#ifndef CGROUP_DEVICES_H
#define CGROUP_DEVICES_H

#include "cgroup.h"

/* One thing that is allowed; all else is denied. */
struct device_rule {
	char type;        /* a (any), b or c */
	int major, minor; /* -1: any */
	unsigned int may; /* BPF_DEVCG_ACC_… */
};

struct device_rules {
	struct device_rule *at;
	size_t count;
	bool all; /* nothing is denied */
};

/*
 * An option's setter; into: struct device_rules, appended to. A rule is `TYPE MAJOR:MINOR ACCESS`
 * as in cgroup-v1/devices.rst, such as `c 10:229 rwm` or `b 8:* r`; or `a` for all devices; or
 * `default` for those that docker-run(1) gives to every container.
 */
void devices_opt(const struct opt *opt, const char *arg);

/*
 * Deny the cgroup all but these: v1 by its files; v2, which has none, by a program that the kernel
 * runs at each access, made of the rules. It takes the place of one attached here before. h: where
 * cg_with() says that "devices" is, open. Needs CAP_SYS_ADMIN. fail()s; then v1 has its former
 * rules back, if that is not what failed, and v2 was not changed.
 */
void devices_write(const struct device_rules *rules, const struct hierarchy *h, const char *path);

/* The part of devices_write() for v2: see cgroup_bpf.c. */
void devices_write_v2(const struct device_rules *rules, int dir, const char *path);

#endif
