/*
 * cg-limit: make, limit, read, list, freeze, kill and remove a cgroup, in v1, v2 and hybrid
 * layouts.
 *
 * Changes: directories and files below the roots of the cgroup hierarchies. What fails leaves the
 * cgroup as it was, or not made, but for controllers enabled above it in v2, which stay, and
 * processes that `add` has moved already.
 *
 * Needs write permission there: root, or a subtree delegated in v2. Device rules need
 * CAP_SYS_ADMIN.
 */
#define _GNU_SOURCE
#include "cgroup_facts.h"
#include "cgroup_limits.h"
#include "cgroup_list.h"
#include "cgroup_processes.h"
#include "err.h"
#include "facts.h"
#include "num.h"
#include "process.h"
#include "signals.h"
#include "text.h"
#include <stdio.h>

static struct limits limits;
static struct list with, try;
static bool json, shell;
static long timeout_ms = 1000;
static struct cgroup cg;

static void opt_timeout(const struct opt *opt, const char *arg)
{
	uint64_t nano;

	if (num_nano(arg, &nano) || nano / 1000000 > INT32_MAX)
		opt_refuse(opt, arg, "not a number of seconds");
	timeout_ms = (long)(nano / 1000000);
}

#define OF(limit) &limits.of[LIMIT_##limit]

/* clang-format off */
static const struct opt limit_options[] = {
	{.help = "Limits (-1: none)"},
	{"memory", 'm', "SIZE", "memory", limit_opt_size, OF(MEMORY)},
	{"memory-swap", 0, "SIZE", "memory and swap together", limit_opt_size, OF(SWAP)},
	{"memory-reservation", 0, "SIZE", "memory it keeps when that is short", limit_opt_size, OF(RESERVATION)},
	{"cpus", 0, "N", "CPUs' worth of time, such as 1.5", limit_opt_cpus, OF(CPUS)},
	{"cpu-shares", 'c', "N", "share of time when that is short (normal: 1024)", limit_opt_shares, OF(SHARES)},
	{"cpuset-cpus", 0, "LIST", "CPUs, such as 0-3,5", limit_opt_list, OF(CPUSET_CPUS)},
	{"cpuset-mems", 0, "LIST", "memory nodes", limit_opt_list, OF(CPUSET_MEMS)},
	{"pids-limit", 0, "N", "processes and threads", limit_opt_number, OF(PIDS)},
	{.help = "Repeatable"},
	{"device", 0, "RULE", "allow 'c 10:229 rwm', 'a', 'default', deny others", devices_opt, &limits.devices},
	{"with", 0, "CONTROLLER", "have this one too, without a limit", opt_list, &with},
	{"try", 0, "CONTROLLER", "the same, if it is to be had", opt_list, &try},
	{.help = "Output of create"},
	{"shell", 0, NULL, "cgroups='--cgroup-dir DIR ...', for ns-spawn", opt_flag, &shell},
	{0},
};

static const struct opt read_options[] = {
	{"json", 0, NULL, "as a JSON object", opt_flag, &json},
	{0},
};

static const struct opt timeout_options[] = {
	{"timeout", 0, "SECONDS", "do not wait longer (normal: 1)", opt_timeout, NULL},
	{0},
};
/* clang-format on */

static void need_with(void)
{
	for (size_t i = 0; i < with.count; i++)
		(void)cg_need(&cg, with.at[i]);
	for (size_t i = 0; i < try.count; i++)
		cg_try(&cg, try.at[i]);
}

static void open_it(const char *path)
{
	cg_find(&cg, path);
	cg_open(&cg);
}

static void print_directories(void)
{
	struct list words = {0};

	for (const struct hierarchy *h = cg.in; h < cg.in + cg.count; h++) {
		if (!h->made)
			continue;
		char *directory = xprintf("%s/%s", h->mount, cg.path);
		list_add(&words, xstrdup("--cgroup-dir"));
		list_add(&words, directory);
		if (!shell)
			puts(directory);
	}
	if (!shell)
		return;
	facts_begin();
	fputs("cgroups=", stdout);
	text_shell_words(words.at);
	putchar('\n');
	facts_end();
}

static int create(int argc, char **argv)
{
	(void)argc;
	signals_hold();
	cg_find(&cg, argv[0]);
	limits_check(&limits, &cg, true);
	need_with();
	cg_need_one(&cg);
	cg_make(&cg);
	limits_write(&limits, &cg);
	print_directories();
	opt_finish_stdout();
}

/* v1: for a controller that the cgroup was made without, it is made there now. */
static int set(int argc, char **argv)
{
	(void)argc;
	if (shell)
		usage_error("--shell goes with create");
	open_it(argv[0]);
	limits_check(&limits, &cg, false);
	need_with();
	cg_make(&cg);
	limits_write(&limits, &cg);
	cg_bring_processes(&cg);
	return 0;
}

static int add(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		(void)process_id(argv[i]); /* all of them, before anything is done */
	open_it(argv[0]);
	for (int i = 1; i < argc; i++)
		cg_add(&cg, process_id(argv[i]));
	return 0;
}

static int read_it(int argc, char **argv)
{
	int status = 0;

	for (int i = 0; i < argc; i++) {
		cg_find(&cg, argv[i]);
		if (cg_open_if_there(&cg)) {
			facts_print(&cg, json, argc > 1);
		} else {
			complain_plainly(argv[i], "no such cgroup");
			status = STATUS_FAILED;
		}
		cg_close(&cg);
	}
	if (status == 0)
		opt_finish_stdout();
	(void)fflush(stdout); /* the status tells already that not all is there */
	return status;
}

static int list(int argc, char **argv)
{
	(void)argc;
	cg_find(&cg, argv[0]);
	cg_list(&cg);
	opt_finish_stdout();
}

static int freeze(int argc, char **argv)
{
	(void)argc;
	open_it(argv[0]);
	cg_freeze(&cg, true, timeout_ms);
	return 0;
}

static int thaw(int argc, char **argv)
{
	(void)argc;
	open_it(argv[0]);
	cg_freeze(&cg, false, timeout_ms);
	return 0;
}

static int kill_all(int argc, char **argv)
{
	(void)argc;
	open_it(argv[0]);
	cg_kill(&cg, timeout_ms);
	return 0;
}

static int remove_it(int argc, char **argv)
{
	(void)argc;
	cg_find(&cg, argv[0]);
	return cg_remove(&cg, timeout_ms) ? STATUS_FAILED : 0;
}

/* clang-format off */
static const struct verb verbs[] = {
	{"create", "PATH", "Make a cgroup with limits; print its directories.", create, 1, 1, limit_options},
	{"set", "PATH", "Change its limits.", set, 1, 1, limit_options},
	{"add", "PATH PID...", "Move processes into it.", add, 2, -1, NULL},
	{"read", "PATH...", "Tell what they use.", read_it, 1, -1, read_options},
	{"list", "PATH", "Tell which are below it, and how many processes they have.", list, 1, 1, NULL},
	{"freeze", "PATH", "Stop its processes.", freeze, 1, 1, timeout_options},
	{"thaw", "PATH", "Let them go on.", thaw, 1, 1, timeout_options},
	{"kill", "PATH", "Kill its processes.", kill_all, 1, 1, timeout_options},
	{"remove", "PATH", "Remove it, and the cgroups below.", remove_it, 1, 1, timeout_options},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "cg-limit",
        .operands = "PATH [options]",
        .purpose = "Limit what processes may use: make, change, read and remove a cgroup.",
        .verbs = verbs,
        .example = "cg-limit create demo --memory 100m; cg-limit read demo; cg-limit remove demo",
};

int main(int argc, char **argv)
{
	return opt_run(&tool, argc, argv);
}
