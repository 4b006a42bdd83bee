/*
 * ctr-init: inside new namespaces, turn this process into a container's PID 1.
 *
 * It assembles /proc, /dev, /sys, volumes and tmpfs in the root directory and pivots into that,
 * sets host name, limits, user, capabilities and seccomp filter, and execs the command, looked up
 * in the container's file system. All it changes belongs to its namespaces or to itself: when it
 * fails there is nothing to undo, for the namespaces end with it. What the container gets when no
 * option says otherwise is what Docker gives one.
 *
 * Needs a mount namespace of its own, and CAP_SYS_ADMIN in the user namespace that owns it.
 */
#define _GNU_SOURCE
#include "args.h"
#include "caller.h"
#include "console.h"
#include "detach.h"
#include "environment.h"
#include "err.h"
#include "inside.h"
#include "io.h"
#include "loopback.h"
#include "rights.h"
#include "rlimits.h"
#include "rootfs.h"
#include "supervise.h"
#include "sys.h"
#include "sysctl.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

static struct rootfs rootfs = {.workdir = "/", .made_fd = -1};
static struct rlimits rlimits;
static struct rights rights = RIGHTS_NONE;
static struct environment environment;
static struct list sysctls;
static const char *hostname;
static bool init, loopback;
static int wait_fd = -1, args_fd = -1, env_fd = -1, console_fd = -1, info_fd = -1;
static int out_fd = -1, error_fd = -1, ready_fd = -1;

/* clang-format off */
static const struct opt options[] = {
	{.help = "Files"},
	{"root", 0, "DIR", "what becomes / (required)", opt_string, &rootfs.dir},
	{"read-only", 0, NULL, "make / read-only", opt_flag, &rootfs.read_only},
	{"bind", 0, "SRC:DST[:OPT,...]", "bind a directory or file (repeatable)", rootfs_opt_bind, &rootfs.mounts},
	{"tmpfs", 0, "DST[:OPT,...]", "mount a tmpfs (repeatable)", rootfs_opt_tmpfs, &rootfs.mounts},
	{"shm-size", 0, "SIZE", "of /dev/shm (64m)", opt_size, &rootfs.shm_size},
	{"cgroup-dir", 0, "DIR", "show this cgroup's hierarchy, no other (repeatable)", opt_list, &rootfs.cgroup_dirs},
	{"made-fd", 0, "N", "tell on N what is made to mount on", opt_fd, &rootfs.made_fd},
	{"workdir", 'w', "DIR", "start there; made if missing", inside_opt, &rootfs.workdir},
	{.help = "Rights"},
	RIGHTS_OPTIONS(rights),
	{"privileged", 0, NULL, "all capabilities, devices; nothing hidden", opt_flag, &rights.privileged},
	{"ulimit", 0, "NAME=SOFT[:HARD]", "set a resource limit (repeatable)", rlimits_opt, &rlimits},
	{.help = "Command"},
	{"hostname", 0, "NAME", "set the host name", opt_string, &hostname},
	{"loopback", 0, NULL, "bring the interface lo up", opt_flag, &loopback},
	{"sysctl", 0, "NAME=VALUE", "set a parameter of its IPC or network (repeatable)", sysctl_opt, &sysctls},
	{"env", 'e', "NAME=VALUE", "set a variable (repeatable)", environment_opt, &environment},
	{"env-fd", 0, "N", "NUL-ended variables from N", opt_fd, &env_fd},
	{"args-fd", 0, "N", "NUL-ended arguments from N", opt_fd, &args_fd},
	{"wait-fd", 0, "N", "go on when a byte came from N (ns-spawn --setup-fd)", opt_fd, &wait_fd},
	{"info-fd", 0, "N", "tell on N when the command is executed", opt_fd, &info_fd},
	{"console-fd", 0, "N", "new terminal; its master to socket N", opt_fd, &console_fd},
	{"stdout-fd", 0, "N", "the command's stdout; ours stays as it is", opt_fd, &out_fd},
	{"stderr-fd", 0, "N", "the command's stderr; errors of ours go to ours", opt_fd, &error_fd},
	{"ready-fd", 0, "N", "as ns-spawn --detach wants it", opt_fd, &ready_fd},
	{"init", 0, NULL, "stay as PID 1: reap, hand on signals", opt_flag, &init},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "ctr-init",
        .operands = "--root DIR [--] COMMAND [ARG...]",
        .purpose = "Become PID 1 of a container.",
        .chain = true,
        .options = options,
        .example = "ns-spawn --all -- ctr-init --root / --read-only --user nobody -- ps -e",
};

/* On the host itself pivot_root would change everybody's root. */
static void check_namespaces(void)
{
	caller_is_elsewhere("mnt", rootfs.dir, "ns-spawn --mnt");
	if (hostname)
		caller_is_elsewhere("uts", hostname, "ns-spawn --uts");
	if (loopback)
		caller_is_elsewhere("net", "lo", "ns-spawn --net");
}

static void tell_failure(void *unused)
{
	(void)unused;
	/* Said on stderr already. */
	if (info_fd >= 0)
		(void)dprintf(info_fd, "failed\t%d\n", err_status);
	if (ready_fd >= 0)
		(void)write_all(ready_fd, (char[]){DETACH_FAILED}, 1);
}

/* For what is done to us from outside, as to the network. */
static void await_setup(void)
{
	char byte;
	ssize_t got;

	if (wait_fd < 0)
		return;
	while ((got = read(wait_fd, &byte, 1)) < 0 && errno == EINTR)
		;
	if (got < 0)
		fail("--wait-fd", "read");
	if (!got)
		refuse("--wait-fd",
		       "the end of the file came, and not the byte: the set-up failed");
	(void)close(wait_fd);
	wait_fd = -1;
}

/* Just before, since there is no after; what then fails is told as well. */
static void tell_start(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (ready_fd >= 0 && write_all(ready_fd, (char[]){DETACH_READY}, 1))
		fail("--ready-fd", "write");
	if (info_fd >= 0 &&
	    dprintf(info_fd, "started\t%lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec) < 0)
		fail("--info-fd", "write");
	on_failure(tell_failure, NULL);
}

/* What is said from here on goes where our errors went so far. */
static void take_streams(void)
{
	err_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (err_fd < 0 || (out_fd >= 0 && dup2(out_fd, STDOUT_FILENO) < 0) ||
	    (error_fd >= 0 && dup2(error_fd, STDERR_FILENO) < 0))
		fail(NULL, "take the command's streams");
}

/*
 * The command becomes our child; we stay as PID 1. In a session of our own it gets a process group
 * of its own, with the terminal if there is one; in somebody else's, that could take the terminal
 * from who is using it.
 */
static void stay_as_init(void)
{
	bool apart = getsid(0) == getpid();
	sigset_t mask;

	supervise_begin(&mask);
	/* Not dumpable: the host's program that we are cannot be read through /proc/1/exe. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	pid_t child = fork();
	if (child < 0)
		fail(NULL, "fork");
	if (child == 0) {
		(void)signal(SIGTTOU, SIG_IGN); /* or taking the terminal would stop us */
		if (apart && setpgid(0, 0))
			fail(NULL, "start a process group");
		if (apart)
			(void)tcsetpgrp(STDIN_FILENO, getpid()); /* no terminal: no matter */
		(void)signal(SIGTTOU, SIG_DFL);
		(void)sigprocmask(SIG_SETMASK, &mask, NULL);
		return;
	}
	/* A pipe's other end is not to wait for us. */
	(void)syscall(SYS_close_range, 0U, ~0U, 0U);
	exit(supervise(child, apart));
}

int main(int argc, char **argv)
{
	int first = opt_parse(&tool, argc, argv);
	const int keep[] = {wait_fd, args_fd,  env_fd,   console_fd,    info_fd,
	                    out_fd,  error_fd, ready_fd, rootfs.made_fd};
	struct user user;

	if (!rootfs.dir)
		usage_error("--root is missing");
	caller_meet(keep, sizeof(keep) / sizeof(keep[0]));
	supervise_mortal();
	check_namespaces();
	char **command = args_fd >= 0 ? args_read(args_fd, NULL, 0) : argv + first;
	if (!command[0])
		usage_error("the command is missing");
	environment_read(&environment, env_fd);
	rights_settle(&rights);
	rootfs.privileged = rights.privileged;

	if (hostname && sethostname(hostname, strlen(hostname)))
		fail(hostname, "set the host name");
	if (loopback)
		loopback_up();
	if (sysctls.count)
		await_setup(); /* there are some for each interface */
	sysctl_set(&sysctls);
	rootfs_enter(&rootfs);
	user_find(rights.user, &user);
	user_join(&rights.groups, &user);
	if (out_fd >= 0 || error_fd >= 0 || ready_fd >= 0)
		take_streams();
	if (console_fd >= 0) {
		console_open(console_fd, user.uid, true);
		console_control();
	}
	environment_inside(&environment, user.home, console_fd >= 0);
	inside_enter(rootfs.workdir);
	await_setup();
	if (info_fd >= 0 || ready_fd >= 0)
		tell_start();
	rlimits_set(&rlimits); /* after all that we write ourselves: fsize may be small */
	caller_forget();
	creds_apply(&rights.creds, &user);
	caller_still_there();
	creds_seal(&rights.creds);
	if (init)
		stay_as_init();
	exec_with(command, environment_vector(&environment));
}
