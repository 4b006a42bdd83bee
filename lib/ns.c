/* Namespaces: see ns.h. */
#define _GNU_SOURCE
#include "ns.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include "sys.h"
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
const struct ns_type ns_types[NS_KINDS] = {
	[NS_USER] = {"user", CLONE_NEWUSER},
	[NS_CGROUP] = {"cgroup", CLONE_NEWCGROUP},
	[NS_IPC] = {"ipc", CLONE_NEWIPC},
	[NS_UTS] = {"uts", CLONE_NEWUTS},
	[NS_NET] = {"net", CLONE_NEWNET},
	[NS_PID] = {"pid", CLONE_NEWPID},
	[NS_MNT] = {"mnt", CLONE_NEWNS},
	[NS_TIME] = {"time", CLONE_NEWTIME},
};
/* clang-format on */

void ns_opt(const struct opt *opt, const char *arg)
{
	struct ns_want *want = opt->into;

	if (arg && !*arg)
		opt_refuse(opt, arg, "the name of a namespace file is missing");
	want->make = !arg;
	want->join = arg;
}

void ns_opt_all(const struct opt *opt, const char *arg)
{
	struct ns_want *wants = opt->into;

	(void)arg;
	for (int kind = 0; kind < NS_KINDS; kind++)
		if (kind != NS_USER && !wants[kind].join)
			wants[kind].make = true;
}

unsigned int ns_flags(const struct ns_want wants[NS_KINDS])
{
	unsigned int flags = 0;

	for (int kind = 0; kind < NS_KINDS; kind++)
		if (wants[kind].make)
			flags |= (unsigned int)ns_types[kind].flag;
	return flags;
}

void ns_opt_map(const struct opt *opt, const char *arg)
{
	char *text = xstrdup(arg), *rest = text;
	uint64_t number[3];

	for (int i = 0; i < 3; i++) {
		const char *word = strsep(&rest, ":");

		/* 2^32 - 1 is no id, but that many there are. */
		if (!word || num_parse(word, UINT32_MAX - (i < 2), &number[i]))
			opt_refuse(opt, arg, "not INNER:OUTER:COUNT");
	}
	if (rest || !number[2])
		opt_refuse(opt, arg, "not INNER:OUTER:COUNT");
	free(text);
	list_add(opt->into,
	         xprintf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", number[0], number[1], number[2]));
}

static int write_map(int proc, const char *file, const struct list *lines)
{
	char *map = xstrdup("");

	/* The kernel takes the whole map in one write, and only once. */
	for (size_t i = 0; i < lines->count; i++) {
		char *longer = xprintf("%s%s", map, lines->at[i]);

		free(map);
		map = longer;
	}
	int failed = *map ? write_file(proc, file, map) : 0;
	free(map);
	return failed;
}

void ns_map_ids(pid_t pid, const struct list *uids, const struct list *gids)
{
	char path[32];

	if (!uids->count && !gids->count)
		return;
	(void)snprintf(path, sizeof(path), "/proc/%d", pid);
	CLOSED int proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		fail(path, "open");
	if (write_map(proc, "gid_map", gids) &&
	    (errno != EPERM || write_file(proc, "setgroups", "deny") ||
	     write_map(proc, "gid_map", gids)))
		fail(path, "gid_map: map group ids");
	if (write_map(proc, "uid_map", uids))
		fail(path, "uid_map: map user ids");
}

void ns_become_root(void)
{
	(void)setgroups(0, NULL);
	if ((setresgid(0, 0, 0) && errno != EINVAL) || (setresuid(0, 0, 0) && errno != EINVAL))
		fail(NULL, "become root of the user namespace"); /* EINVAL: there is no such id */
}

static void opt_seconds(const struct opt *opt, const char *arg, long *into)
{
	struct ns_clocks *clocks = opt->into;
	uint64_t seconds;

	if (num_parse(arg + (*arg == '-'), INT32_MAX, &seconds))
		opt_refuse(opt, arg, "not a number of seconds");
	*into = *arg == '-' ? -(long)seconds : (long)seconds;
	clocks->set = true;
}

void ns_opt_monotonic(const struct opt *opt, const char *arg)
{
	opt_seconds(opt, arg, &((struct ns_clocks *)opt->into)->monotonic);
}

void ns_opt_boottime(const struct opt *opt, const char *arg)
{
	opt_seconds(opt, arg, &((struct ns_clocks *)opt->into)->boottime);
}

void ns_make_time(const struct ns_clocks *clocks)
{
	const char *next = "/proc/self/ns/time_for_children";
	char offsets[96];

	if (unshare(CLONE_NEWTIME))
		fail(NULL, "make a time namespace");
	(void)snprintf(offsets, sizeof(offsets), "monotonic %ld 0\nboottime %ld 0\n",
	               clocks->monotonic, clocks->boottime);
	if (write_file(AT_FDCWD, "/proc/self/timens_offsets", offsets))
		fail(NULL, "set the clocks off by %ld and %ld s", clocks->monotonic,
		     clocks->boottime);
	CLOSED int file = open(next, O_RDONLY | O_CLOEXEC);
	if (file < 0 || setns(file, CLONE_NEWTIME))
		fail(next, "enter");
}
