/*
 * ns-spawn: run a command in new, or given, namespaces and wait for it.
 *
 * The child is cloned right into its namespaces and cgroup and waits at a pipe, while the parent
 * does what can only be done from outside: cgroups of v1, id maps, telling the caller its pid. The
 * parent stays in the namespaces that it came from, hands on signals, and ends with the exit status
 * of the command; with --detach it does so in the background. If it is killed, a watcher kills the
 * child. What the child changes (mounts, propagation) it changes in new namespaces; so there is
 * nothing to leave behind but what `--exit-hook` is there to remove.
 *
 * Needs CAP_SYS_ADMIN, or a user namespace in which it has it (--user --map-root).
 */
#define _GNU_SOURCE
#include "args.h"
#include "cgroup_dirs.h"
#include "detach.h"
#include "err.h"
#include "fds.h"
#include "gate.h"
#include "io.h"
#include "ns.h"
#include "report.h"
#include "setup.h"
#include "supervise.h"
#include "sys.h"
#include "watch.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static struct ns_want wants[NS_KINDS];
static struct ns_clocks clocks;
static bool map_root, session, no_proc, detach, detached;
static int args_fd = -1, info_fd = -1, ready_fd = -1;
static struct fds kept;
static struct list uid_map, gid_map;
static struct cgroup_dirs cgroups;
static struct hooks hooks;
static struct setup setup = SETUP_NONE;
static struct gate gate;
static pid_t child;

/* clang-format off */
static const struct opt options[] = {
	{.help = "Namespaces, each new or, with =FILE, the one that FILE stands for"},
	{"mnt", 'm', "[FILE]", "mounts, made private first", ns_opt, &wants[NS_MNT]},
	{"pid", 'p', "[FILE]", "process ids; the command is PID 1", ns_opt, &wants[NS_PID]},
	{"uts", 'u', "[FILE]", "host name", ns_opt, &wants[NS_UTS]},
	{"ipc", 'i', "[FILE]", "System V IPC, message queues", ns_opt, &wants[NS_IPC]},
	{"net", 'n', "[FILE]", "network", ns_opt, &wants[NS_NET]},
	{"user", 'U', "[FILE]", "user and group ids", ns_opt, &wants[NS_USER]},
	{"cgroup", 'C', "[FILE]", "root of the cgroups", ns_opt, &wants[NS_CGROUP]},
	{"time", 'T', "[FILE]", "monotonic and boot time clocks", ns_opt, &wants[NS_TIME]},
	{"all", 0, NULL, "a new one of every kind but user", ns_opt_all, wants},
	{.help = "Inside"},
	{"map-uid", 0, "IN:OUT:COUNT", "map user ids (repeatable)", ns_opt_map, &uid_map},
	{"map-gid", 0, "IN:OUT:COUNT", "map group ids (repeatable)", ns_opt_map, &gid_map},
	{"map-root", 'r', NULL, "map the caller to root", opt_flag, &map_root},
	{"monotonic", 0, "SECONDS", "set the clock off by so much", ns_opt_monotonic, &clocks},
	{"boottime", 0, "SECONDS", "set the clock off by so much", ns_opt_boottime, &clocks},
	{"no-proc", 0, NULL, "mount no new /proc", opt_flag, &no_proc},
	{"session", 0, NULL, "a session without terminal", opt_flag, &session},
	{"cgroup-dir", 0, "DIR", "start in this cgroup (repeatable)", opt_list, &cgroups.names},
	{.help = "Handles"},
	{"args-fd", 0, "N", "wait for NUL-ended arguments from N", opt_fd, &args_fd},
	{"keep-fd", 0, "N", "leave N open for the command (repeatable)", fds_opt, &kept},
	{"info-fd", 0, "N", "tell pid, start time, exit status on N", opt_fd, &info_fd},
	{"detach", 0, NULL, "return once COMMAND is executed; wait in the background", opt_flag, &detach},
	{"ready-fd", 0, "N", "with --detach: COMMAND tells on N when that is", fds_opt_number, &ready_fd},
	{"setup-hook", 0, "COMMAND", "run it while COMMAND starts (repeatable)", hook_opt, &setup.hooks},
	{"setup-hook-arg", 0, "ARG", "one more argument for it; {}: the pid", hook_opt_arg, &setup.hooks},
	{"setup-fd", 0, "N", "a byte comes from N when these are through", fds_opt_number, &setup.number},
	{"exit-hook", 0, "COMMAND", "run it at the end (repeatable)", hook_opt, &hooks},
	{"exit-hook-arg", 0, "ARG", "one more argument for it", hook_opt_arg, &hooks},
	{"exit-hook-if", 0, "FILE", "run it only if this is there then", hook_opt_if, &hooks},
	{0},
};

static const struct tool tool = {
	.name = "ns-spawn",
	.operands = "[--] [COMMAND [ARG...]]",
	.purpose = "Run a command (or $SHELL) in new or given namespaces.",
	.chain = true,
	.options = options,
	.example = "ns-spawn --pid --mnt -- sh -c 'echo I am $$; ps'",
};
/* clang-format on */

static void check(void)
{
	bool maps = map_root || uid_map.count || gid_map.count;

	if (maps && !wants[NS_USER].make)
		usage_error("an id map needs a new user namespace (--user)");
	if (map_root && (uid_map.count || gid_map.count))
		usage_error("--map-root and other id maps exclude each other");
	if (ready_fd >= 0 && !detach)
		usage_error("--ready-fd needs --detach");
	if (clocks.set && !wants[NS_TIME].make)
		usage_error("a clock's offset needs a new time namespace (--time)");
	if (map_root) {
		list_add(&uid_map, xprintf("0 %u 1\n", geteuid()));
		list_add(&gid_map, xprintf("0 %u 1\n", getegid()));
	}
}

static void kill_child(void *nothing)
{
	(void)nothing;
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
}

/*
 * Clone the child, on v2 into its cgroup in the same call. But where namespaces are joined it is
 * moved while it waits, for a given cgroup namespace need not show the cgroup. Not among the flags
 * is what ns_set_up() makes: a cgroup namespace, whose root is its maker's cgroup, and set clocks.
 */
static void clone_child(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD, .flags = ns_flags(wants)};
	const char *into = NULL;

	args.flags &= ~(uint64_t)(CLONE_NEWCGROUP | (clocks.set ? CLONE_NEWTIME : 0));
	if (cgroups.v2 >= 0 && !ns_joins(wants)) {
		into = cgroups.names.at[cgroups.v2];
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (unsigned int)cgroups.fds[cgroups.v2];
	}
	child = ns_clone(wants, &args);
	if (child < 0 && errno == ENOSPC)
		refuse(into, "clone a child: more namespaces than /proc/sys/user allows");
	if (child < 0)
		fail(into, "clone a child into new namespaces");
	if (child == 0)
		return;
	on_failure(kill_child, NULL);
	if (ns_joins(wants))
		cgroup_dirs_add(&cgroups, child);
}

/* A hook may wait for the other end of what only the child was to have. */
static void run_hooks(void *nothing)
{
	(void)nothing;
	for (size_t i = 0; i < kept.count; i++)
		(void)close(kept.at[i]);
	hooks_run(&hooks);
}

/* In the child, once the parent has done its part. */
static _Noreturn void enter(char **command, size_t count, const sigset_t *mask)
{
	if (uid_map.count || gid_map.count || wants[NS_USER].join)
		ns_become_root();
	gate_follow_parent(&gate);
	ns_set_up(wants, &clocks, no_proc);
	if (session && setsid() < 0)
		fail(NULL, "start a session");
	supervise_undo(mask);
	if (setup.number >= 0)
		fds_add(&kept, setup_in_child(&setup));
	if (detach)
		fds_add(&kept, detach_child(ready_fd));
	if (args_fd >= 0) {
		/* What else is open may be the end that they are written to. */
		fds_add(&kept, args_fd);
		fds_close_but(kept.at, kept.count--);
		command = args_read(args_fd, command, count);
	}
	fds_leave(&kept);
	if (detach && ready_fd < 0)
		detach_ready();
	exec_command(command);
}

/* The cgroups are asked in the end, when the directory may be another. */
static void close_others(int watch)
{
	enum { OURS = 7 };
	int ours[OURS + CGROUP_DIRS] = {info_fd,       gate.parent,   watch,        detach_fds[0],
	                                detach_fds[1], setup.ends[0], setup.ends[1]};

	memcpy(ours + OURS, cgroups.fds, sizeof(cgroups.fds));
	fds_close_but(ours, OURS + cgroups.names.count);
}

/* Not set_up: it was we who killed it, or it has ended by itself just before. */
static _Noreturn void exit_with_child(bool set_up)
{
	int status = supervise(child, session);

	if (!set_up && status == STATUS_SIGNAL + SIGKILL)
		status = STATUS_OWN;
	keep_what_is_done();
	setup_release(&setup); /* a hook may start all of this again */
	if (info_fd >= 0)
		report_end(info_fd, status, &cgroups);
	run_hooks(NULL);
	if (detach && !detached)
		detach_fail(status);
	exit(status);
}

int main(int argc, char **argv)
{
	static char *shell[] = {NULL, NULL};
	sigset_t mask;
	int first = opt_parse(&tool, argc, argv);
	char **command = argv + first;

	check();
	shell[0] = getenv("SHELL");
	if (!shell[0] || !*shell[0])
		shell[0] = xstrdup("/bin/sh");
	if (!*command && args_fd < 0)
		command = shell;

	on_failure(run_hooks, NULL);
	supervise_begin(&mask);
	fds_reserve();
	fds_claim(ready_fd);
	fds_claim(setup.number);
	if (detach)
		detach_begin(&mask);
	cgroup_dirs_open(&cgroups);
	gate_make(&gate);
	setup_make(&setup);
	clone_child();
	if (child == 0) {
		keep_what_is_done();
		gate_in_child(&gate);
		if (!ns_joins(wants))
			cgroup_dirs_enter(&cgroups); /* before anybody is told of us */
		gate_wait(&gate);
		enter(command, (size_t)(argc - first), &mask);
	}
	int watch = watch_child(child); /* which takes as long as the child takes to the gate */
	if (!gate_is_reached(&gate))
		exit_with_child(true);
	ns_map_ids(child, &uid_map, &gid_map);
	if (info_fd >= 0)
		report_start(info_fd, child);
	close_others(watch);
	gate_open(&gate);
	bool set_up = setup_run(&setup, child, session, info_fd);
	detached = set_up && detach && detach_wait(child);
	exit_with_child(set_up);
}
