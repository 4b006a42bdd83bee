/*
 * cg-limit: make, limit, read, freeze, kill and remove a cgroup, in v1, v2 and hybrid layouts.
 *
 * Changes: directories and files below the roots of the cgroup hierarchies. What fails leaves the
 * cgroup as it was, or not made, but for controllers enabled above it in v2, which stay, and
 * processes that `add` has moved already.
 *
 * Needs write permission there: root, or a subtree delegated in v2. Device rules need
 * CAP_SYS_ADMIN.
 */
#define _GNU_SOURCE
#include "cgroup_limits.h"
#include "err.h"
#include <stdio.h>
#include <string.h>

static struct limits limits;
static struct list with;

static const struct opt limit_options[] = {
        {"memory",                    'm', "SIZE", "memory", limit_opt_size, &limits.of[LIMIT_MEMORY]},
        {"memory-swap",                     0, "SIZE", "memory and swap together", limit_opt_size,
         &limits.of[LIMIT_SWAP]},
        {"memory-reservation",             0, "SIZE", "what it keeps when memory is short", limit_opt_size,
         &limits.of[LIMIT_RESERVATION]},
        {"cpus",                           0, "N", "CPU time per time, such as 1.5", limit_opt_cpus, &limits.of[LIMIT_CPUS]},
        {"cpu-shares",      'c', "N", "share of CPU time when it is short (normal: 1024)",
         limit_opt_shares, &limits.of[LIMIT_SHARES]},
        {"cpuset-cpus", 0, "LIST", "CPUs to run on, such as 0-3,5", limit_opt_list,
         &limits.of[LIMIT_CPUSET_CPUS]},
        {"cpuset-mems",      0, "LIST", "memory nodes", limit_opt_list, &limits.of[LIMIT_CPUSET_MEMS]},
        {"pids-limit",        0, "N", "processes and threads", limit_opt_number, &limits.of[LIMIT_PIDS]},
        {"device",                     0, "RULE", "allow it, deny others: 'c 10:229 rwm', a, default", devices_opt,
         &limits.devices},
        {"with",             0, "CONTROLLER", "this controller too, without limit (repeatable)", opt_list,
         &with},
        {0                          },
};

static int create(int argc, char **argv)
{
	static struct cgroup cg;

	(void)argc;
	cg_find(&cg, argv[0]);
	limits_check(&limits, &cg, true);
	for (size_t i = 0; i < with.count; i++)
		(void)cg_need(&cg, with.at[i]);
	cg_need_one(&cg);
	cg_make(&cg);
	limits_write(&limits, &cg);
	for (struct hierarchy *h = cg.in; h < cg.in + cg.count; h++)
		if (h->made)
			printf("%s/%s\n", h->mount, cg.path);
	opt_finish_stdout();
}

static int remove_it(int argc, char **argv)
{
	struct cgroup cg;

	(void)argc;
	cg_find(&cg, argv[0]);
	return cg_remove(&cg, 1000) ? STATUS_FAILED : 0;
}

static const struct verb verbs[] = {
        {"create",                                             "PATH", "make a cgroup with limits; prints its directories", create, 1, 1,
         limit_options},
        {"remove", "PATH", "remove a cgroup and those below it", remove_it, 1, 1, NULL},
        {0                                                  },
};

static const struct tool tool = {
        .name = "cg-limit",
        .operands = "PATH...",
        .purpose = "Make, limit, read, freeze, kill and remove a cgroup.",
        .verbs = verbs,
        .example = "cg-limit create demo --memory 100m --cpus 0.5 && cg-limit add demo $$",
};

int main(int argc, char **argv)
{
	return opt_run(&tool, argc, argv);
}
