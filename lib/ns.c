/* Namespaces: see ns.h. */
#define _GNU_SOURCE
#include "ns.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include "sys.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct ns_type ns_types[NS_KINDS] = {
        [NS_USER] = {"user",   CLONE_NEWUSER  },
          [NS_CGROUP] = {"cgroup", CLONE_NEWCGROUP},
        [NS_IPC] = {"ipc",    CLONE_NEWIPC   },
          [NS_UTS] = {"uts",    CLONE_NEWUTS   },
        [NS_NET] = {"net",    CLONE_NEWNET   },
          [NS_PID] = {"pid",    CLONE_NEWPID   },
        [NS_MNT] = {"mnt",    CLONE_NEWNS    },
          [NS_TIME] = {"time",   CLONE_NEWTIME  },
};

void ns_opt(const struct opt *opt, const char *arg)
{
	struct ns_want *want = opt->into;

	if (arg && !*arg)
		opt_refuse(opt, arg, "the name of a namespace file is missing");
	want->make = !arg;
	want->join = arg;
}

int ns_flags(const struct ns_want wants[NS_KINDS])
{
	int flags = 0;

	for (int kind = 0; kind < NS_KINDS; kind++)
		if (wants[kind].make)
			flags |= ns_types[kind].flag;
	return flags;
}

void ns_join(const struct ns_want wants[NS_KINDS])
{
	int files[NS_KINDS];

	/* All are opened first: after setns() to a mount namespace the paths lead elsewhere. */
	for (int kind = 0; kind < NS_KINDS; kind++) {
		if (!wants[kind].join)
			continue;
		files[kind] = open(wants[kind].join, O_RDONLY | O_CLOEXEC);
		if (files[kind] < 0)
			fail(wants[kind].join, "open");
	}
	for (int kind = 0; kind < NS_KINDS; kind++) {
		if (!wants[kind].join)
			continue;
		if (setns(files[kind], ns_types[kind].flag)) {
			if (errno == EINVAL)
				refuse(wants[kind].join, "not a %s namespace, or joined already",
				       ns_types[kind].name);
			fail(wants[kind].join, "join the %s namespace", ns_types[kind].name);
		}
		(void)close(files[kind]);
	}
}

void ns_opt_map(const struct opt *opt, const char *arg)
{
	char *text = xstrdup(arg), *rest = text;
	uint64_t number[3];

	for (int i = 0; i < 3; i++) {
		const char *word = strsep(&rest, ":");

		if (!word || num_parse(word, UINT32_MAX - 1, &number[i]))
			opt_refuse(opt, arg, "not INNER:OUTER:COUNT");
	}
	if (rest || !number[2])
		opt_refuse(opt, arg, "not INNER:OUTER:COUNT");
	free(text);
	list_add(opt->into,
	         xprintf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", number[0], number[1], number[2]));
}

static void write_map(int proc, const char *file, const struct list *lines)
{
	char *map = xstrdup("");

	/* The kernel takes the whole map in one write, and only once. */
	for (size_t i = 0; i < lines->count; i++) {
		char *longer = xprintf("%s%s", map, lines->at[i]);

		free(map);
		map = longer;
	}
	if (*map && write_file(proc, file, map))
		fail(file, "map ids");
	free(map);
}

void ns_map_ids(pid_t pid, const struct list *uids, const struct list *gids)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/%d", pid);
	CLOSED int proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		fail(path, "open");
	if (gids->count && geteuid() != 0 && write_file(proc, "setgroups", "deny"))
		fail("setgroups", "deny");
	write_map(proc, "gid_map", gids);
	write_map(proc, "uid_map", uids);
}

void ns_make_time(long monotonic, long boottime)
{
	char offsets[96];

	if (unshare(CLONE_NEWTIME))
		fail(NULL, "make a time namespace");
	(void)snprintf(offsets, sizeof(offsets), "monotonic %ld 0\nboottime %ld 0\n", monotonic,
	               boottime);
	if (write_file(AT_FDCWD, "/proc/self/timens_offsets", offsets))
		fail(NULL, "set the clocks' offsets to %ld and %ld s", monotonic, boottime);
}

unsigned long long process_start(pid_t pid)
{
	char path[32];
	unsigned long long start = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FREED char *stat = read_file(AT_FDCWD, path, 4096, NULL);
	/* The name of the command, in parentheses, may hold anything: count from its end. */
	const char *at = stat ? strrchr(stat, ')') : NULL;
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		(void)sscanf(at, "%llu", &start);
	return start;
}
