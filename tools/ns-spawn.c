/*
 * ns-spawn: run a command in new, or given, namespaces and wait for it.
 *
 * The child is cloned right into its namespaces and cgroup and waits at a pipe, while the parent
 * does what can only be done from outside: cgroups of v1, id maps, telling the caller its pid.
 * The parent then hands on signals, and ends with the exit status of the command. If the parent is
 * killed, the kernel kills the child. What it changes (mounts, propagation) it changes in the new
 * namespaces; so there is nothing to leave behind but what `--exit-hook` is there to remove.
 *
 * Needs CAP_SYS_ADMIN, or a user namespace in which it has it (--user --map-root).
 */
#define _GNU_SOURCE
#include "err.h"
#include "hook.h"
#include "io.h"
#include "ns.h"
#include "num.h"
#include "supervise.h"
#include "sys.h"
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/wait.h>

static struct ns_want wants[NS_KINDS];
static bool map_root, session, no_proc;
static long clock_offset[2];
static bool clocks_wanted;
static int args_fd = -1, info_fd = -1;
static struct list uid_map, gid_map, cgroups, keep;
static struct hooks hooks;

static void opt_all(const struct opt *opt, const char *arg)
{
	(void)opt, (void)arg;
	for (int kind = 0; kind < NS_KINDS; kind++)
		if (kind != NS_USER && !wants[kind].join)
			wants[kind].make = true;
}

static void opt_clock(const struct opt *opt, const char *arg)
{
	uint64_t seconds;

	if (num_parse(arg + (*arg == '-'), INT32_MAX, &seconds))
		opt_refuse(opt, arg, "not a number of seconds");
	*(long *)opt->into = *arg == '-' ? -(long)seconds : (long)seconds;
	clocks_wanted = true;
}

static void opt_keep_fd(const struct opt *opt, const char *arg)
{
	int fd;

	opt_fd(&(struct opt){.name = opt->name, .into = &fd}, arg);
	list_add(&keep, (char *)(uintptr_t)arg);
}

static const struct opt options[] = {
        {.help = "Namespaces, each new or, with =FILE, the one that FILE stands for"},
        {"mnt",                                                                       'm', "[FILE]", "mounts, made private first", ns_opt, &wants[NS_MNT]},
        {"pid",                                                                   'p', "[FILE]", "process ids; the command is PID 1", ns_opt, &wants[NS_PID]},
        {"uts",                                                                     'u', "[FILE]", "host name", ns_opt, &wants[NS_UTS]},
        {"ipc",                                                                           'i', "[FILE]", "System V IPC, message queues", ns_opt, &wants[NS_IPC]},
        {"net",      'n', "[FILE]", "network", ns_opt, &wants[NS_NET]},
        {"user",                                        'U', "[FILE]", "user and group ids", ns_opt, &wants[NS_USER]},
        {"cgroup",                                                             'C', "[FILE]", "root of the cgroups", ns_opt, &wants[NS_CGROUP]},
        {"time",                                                                       'T', "[FILE]", "monotonic and boot time clocks", ns_opt, &wants[NS_TIME]},
        {"all",                                                                   0, NULL, "a new one of every kind but user", opt_all, NULL},
        {.help = "Inside"                                                                    },
        {"map-uid",                                                                           0, "IN:OUT:COUNT", "map user ids (repeatable)", ns_opt_map, &uid_map},
        {"map-gid",0, "IN:OUT:COUNT", "map group ids (repeatable)", ns_opt_map, &gid_map},
        {"map-root",                                             'r', NULL, "map the caller to root", opt_flag, &map_root},
        {"monotonic",                                                             0, "SECONDS", "set the clock off by so much", opt_clock, &clock_offset[0]},
        {"boottime",                                                                       0, "SECONDS", "set the clock off by so much", opt_clock, &clock_offset[1]},
        {"no-proc",                                                                   0, NULL, "mount no new /proc", opt_flag, &no_proc},
        {"session",                                                                     0, NULL, "a session without terminal", opt_flag, &session},
        {"cgroup-dir",                                                                           0, "DIR", "start in this cgroup (repeatable)", opt_list, &cgroups},
        {.help = "Handles"                                },
        {"args-fd",                                                       0, "N", "wait for NUL-ended arguments from N", opt_fd, &args_fd},
        {"keep-fd",                                                            0, "N", "leave N open for the command (repeatable)", opt_keep_fd, NULL},
        {"info-fd",                                                                    0, "N", "tell pid, start time, exit status on N", opt_fd, &info_fd},
        {"exit-hook",                                                                   0, "COMMAND", "run it at the end (repeatable)", hook_opt, &hooks},
        {"exit-hook-arg",                                                                     0, "ARG", "one more argument for it", hook_opt_arg, &hooks},
        {0                                                                          },
};

static const struct tool tool = {
        .name = "ns-spawn",
        .operands = "[--] [COMMAND [ARG...]]",
        .purpose = "Run a command (or $SHELL) in new or given namespaces.",
        .chain = true,
        .options = options,
        .example = "ns-spawn --pid --mnt -- sh -c 'echo I am $$; ps'",
};

static void check(void)
{
	bool maps = map_root || uid_map.count || gid_map.count;

	if (maps && !wants[NS_USER].make)
		usage_error("an id map needs a new user namespace (--user)");
	if (map_root && (uid_map.count || gid_map.count))
		usage_error("--map-root and other id maps exclude each other");
	if (clocks_wanted && !wants[NS_TIME].make)
		usage_error("a clock's offset needs a new time namespace (--time)");
	if (map_root) {
		list_add(&uid_map, xprintf("0 %u 1\n", geteuid()));
		list_add(&gid_map, xprintf("0 %u 1\n", getegid()));
	}
}

static bool is_cgroup2(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/*
 * Clone the child: on v2 into its cgroup in the same call, on v1 before it is let go. The cgroup
 * namespace is not among the flags, for its root is the cgroup of who makes it: see enter().
 */
static pid_t clone_child(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	int dirs[16], count = 0;
	char pid_text[16];

	args.flags = (unsigned int)ns_flags(wants) & ~(unsigned int)CLONE_NEWCGROUP;
	if (clocks_wanted)
		args.flags &= ~(unsigned int)CLONE_NEWTIME;
	for (size_t i = 0; i < cgroups.count; i++) {
		if (count == 16)
			refuse(cgroups.at[i], "one cgroup too many");
		int dir = open(cgroups.at[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			fail(cgroups.at[i], "open the cgroup");
		if (is_cgroup2(dir)) {
			args.flags |= CLONE_INTO_CGROUP;
			args.cgroup = (unsigned int)dir;
		} else {
			dirs[count++] = dir;
		}
	}
	pid_t pid = sys_clone3(&args);
	if (pid < 0)
		fail(NULL, "clone a child into new namespaces");
	if (pid == 0)
		return 0;
	(void)snprintf(pid_text, sizeof(pid_text), "%d", pid);
	for (int i = 0; i < count; i++)
		if (write_file(dirs[i], "cgroup.procs", pid_text))
			fail("cgroup.procs", "add process %d", pid);
	return pid;
}

static void tell(const char *fact, unsigned long long value)
{
	if (info_fd >= 0 && dprintf(info_fd, "%s\t%llu\n", fact, value) < 0)
		fail("--info-fd", "write");
}

/* In the child, once the parent has done its part. Does not return. */
static _Noreturn void enter(char **command, size_t count, const sigset_t *mask)
{
	if (wants[NS_CGROUP].make && unshare(CLONE_NEWCGROUP))
		fail(NULL, "make a cgroup namespace");
	if (uid_map.count && (setresgid(0, 0, 0) || setresuid(0, 0, 0)) && errno != EINVAL)
		fail(NULL, "become root of the user namespace"); /* EINVAL: 0 is not mapped */
	if (wants[NS_MNT].make && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		fail("/", "make mounts private");
	if (wants[NS_MNT].make && (wants[NS_PID].make || wants[NS_PID].join) && !no_proc &&
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		fail("/proc", "mount");
	if (session && setsid() < 0)
		fail(NULL, "start a session");
	if (args_fd >= 0) {
		size_t more;
		char **args = read_vector(args_fd, &more);

		if (!args)
			fail("--args-fd", "read the arguments");
		command = memcpy(xalloc((count + more + 1) * sizeof(*command)), command,
		                 count * sizeof(*command));
		memcpy(command + count, args, (more + 1) * sizeof(*command));
		if (!command[0])
			refuse("--args-fd", "no command came");
	}
	if (syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */))
		fail(NULL, "close descriptors");
	for (size_t i = 0; i < keep.count; i++)
		if (fcntl(atoi(keep.at[i]), F_SETFD, 0))
			fail(keep.at[i], "keep the descriptor");
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	exec_command(command);
}

static void kill_child(void *child)
{
	(void)kill(*(pid_t *)child, SIGKILL);
	(void)waitpid(*(pid_t *)child, NULL, 0);
}

int main(int argc, char **argv)
{
	static pid_t child;
	sigset_t mask;
	int gate[2];
	char go;
	char *shell[] = {getenv("SHELL"), NULL};
	int first = opt_parse(&tool, argc, argv);
	char **command = argv + first;

	check();
	if (!*command && args_fd < 0)
		command = shell[0] && *shell[0] ? shell : (char *[]){"/bin/sh", NULL};

	on_failure(hooks_run, &hooks);
	supervise_begin(&mask);
	ns_join(wants);
	if (clocks_wanted)
		ns_make_time(clock_offset[0], clock_offset[1]);
	if (pipe2(gate, O_CLOEXEC))
		fail(NULL, "make a pipe");
	child = clone_child();
	if (child == 0) {
		keep_what_is_done();
		(void)close(gate[1]);
		/* Whoever dies first: before this line the gate's end tells, after it the signal.
		 */
		if (read(gate[0], &go, 1) != 1 || prctl(PR_SET_PDEATHSIG, SIGKILL))
			_exit(STATUS_OWN);
		enter(command, (size_t)(argc - first), &mask);
	}
	on_failure(kill_child, &child);
	(void)close(gate[0]);
	ns_map_ids(child, &uid_map, &gid_map);
	tell("pid", (unsigned int)child);
	tell("start", process_start(child));
	if (write_all(gate[1], "g", 1))
		fail(NULL, "let the child go");
	int status = supervise(child, session);
	keep_what_is_done();
	tell("exit", (unsigned int)status);
	hooks_run(&hooks);
	return status;
}
