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
#include "caps.h"
#include "console.h"
#include "creds.h"
#include "environment.h"
#include "err.h"
#include "io.h"
#include "loopback.h"
#include "rlimits.h"
#include "rootfs.h"
#include "supervise.h"
#include "sys.h"
#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static struct rootfs rootfs;
static struct rlimits rlimits;
static struct creds creds;
static uint64_t caps_added, caps_dropped;
static struct environment environment;
static const char *hostname, *user_spec = "0", *workdir = "/";
static bool init, loopback;
static int args_fd = -1, env_fd = -1, console_fd = -1, info_fd = -1;

static void opt_cap(const struct opt *opt, const char *arg)
{
	uint64_t caps;

	if (!caps_find(arg, &caps))
		opt_refuse(opt, arg, "there is no such capability");
	*(uint64_t *)opt->into |= caps;
}

/* clang-format off */
static const struct opt options[] = {
	{.help = "Files"},
	{"root", 0, "DIR", "what becomes / (required)", opt_string, &rootfs.dir},
	{"read-only", 0, NULL, "make / read-only", opt_flag, &rootfs.read_only},
	{"bind", 0, "SRC:DST[:OPT,...]", "bind a directory or file (repeatable)", rootfs_opt_bind, &rootfs.mounts},
	{"tmpfs", 0, "DST[:OPT,...]", "mount a tmpfs (repeatable)", rootfs_opt_tmpfs, &rootfs.mounts},
	{"shm-size", 0, "SIZE", "of /dev/shm (64m)", opt_size, &rootfs.shm_size},
	{"workdir", 'w', "DIR", "start there; made if missing", opt_string, &workdir},
	{.help = "Rights"},
	{"user", 'u', "USER[:GROUP]", "by name in the container, or number", opt_string, &user_spec},
	{"cap-add", 0, "CAP", "keep it, too; ALL (repeatable)", opt_cap, &caps_added},
	{"cap-drop", 0, "CAP", "give it up; ALL (repeatable)", opt_cap, &caps_dropped},
	{"privileged", 0, NULL, "all capabilities, devices; nothing hidden", opt_flag, &rootfs.privileged},
	{"seccomp", 0, "FILE", "load this compiled filter", opt_string, &creds.filter_file},
	{"no-new-privs", 0, NULL, "no program raises rights", opt_flag, &creds.no_new_privs},
	{"ulimit", 0, "NAME=SOFT[:HARD]", "set a resource limit (repeatable)", rlimits_opt, &rlimits},
	{.help = "Command"},
	{"hostname", 0, "NAME", "set the host name", opt_string, &hostname},
	{"loopback", 0, NULL, "bring the interface lo up", opt_flag, &loopback},
	{"env", 'e', "NAME=VALUE", "set a variable (repeatable)", environment_opt, &environment},
	{"env-fd", 0, "N", "NUL-ended variables from N", opt_fd, &env_fd},
	{"args-fd", 0, "N", "NUL-ended arguments from N", opt_fd, &args_fd},
	{"info-fd", 0, "N", "tell on N when the command is executed", opt_fd, &info_fd},
	{"console-fd", 0, "N", "new terminal; its master to socket N", opt_fd, &console_fd},
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
        .example = "ns-spawn --all -- ctr-init --root /srv/rootfs --hostname box -- sh",
};

/* As Docker has it: what is added counts for more than what is dropped, but for --cap-add ALL. */
static uint64_t wanted_caps(void)
{
	uint64_t base = rootfs.privileged ? CAPS_ALL : caps_default;

	if (caps_added == CAPS_ALL && caps_dropped != CAPS_ALL)
		return CAPS_ALL & ~caps_dropped;
	if (caps_added != CAPS_ALL)
		caps_require(caps_added);
	return (base & ~caps_dropped) | caps_added;
}

/*
 * On the host itself pivot_root would change everybody's root. PID 1 of a new pid namespace stands
 * in namespaces of its own; anybody else must have left its parent's mount namespace.
 */
static void check_namespace(void)
{
	struct stat own, parents;
	char path[48];

	if (getpid() == 1)
		return;
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/mnt", getppid());
	if (stat("/proc/self/ns/mnt", &own) || stat(path, &parents))
		fail(path, "compare mount namespaces");
	if (own.st_ino == parents.st_ino)
		refuse(rootfs.dir, "this is the mount namespace of the caller: use ns-spawn --mnt");
}

/* Field 4 of a /proc/self/stat that was opened while the parent's pid was to be seen in it. */
static long parent_by(int stat)
{
	char text[512];
	ssize_t length = pread(stat, text, sizeof(text) - 1, 0);
	long parent = 0;

	text[length < 0 ? 0 : length] = '\0';
	const char *at = strrchr(text, ')');
	if (at)
		(void)sscanf(at, ") %*c %ld", &parent);
	return parent;
}

static void tell_failure(void *unused)
{
	(void)unused;
	(void)dprintf(info_fd, "failed\t%d\n", err_status); /* said on stderr already */
}

/* Just before, since there is no after; what then fails is told as well. */
static void tell_start(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (dprintf(info_fd, "started\t%lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec) < 0)
		fail("--info-fd", "write");
	on_failure(tell_failure, NULL);
}

/* Nothing of who started it: dispositions, mask, umask, keyring, descriptors. */
static void forget_the_caller(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL); /* EINVAL for KILL, STOP and the library's own */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)umask(0022);
	/* A kernel without keyrings has none to share. */
	(void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	if (syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */))
		fail(NULL, "close descriptors");
}

static char **read_command(int fd, char **operands)
{
	char **command = operands;

	if (fd >= 0 && !(command = read_vector(fd, NULL)))
		fail("--args-fd", "read the arguments");
	if (!command[0])
		usage_error("the command is missing");
	return command;
}

/* The command becomes our child, with the terminal if there is one; we stay as PID 1. */
static void stay_as_init(void)
{
	sigset_t mask;

	supervise_begin(&mask);
	pid_t child = fork();
	if (child < 0)
		fail(NULL, "fork");
	if (child == 0) {
		if (setpgid(0, 0))
			fail(NULL, "start a process group");
		(void)tcsetpgrp(STDIN_FILENO, getpid()); /* TTOU is held; no terminal: no matter */
		(void)sigprocmask(SIG_SETMASK, &mask, NULL);
		return;
	}
	/* Not dumpable: the host's program that we are cannot be read through /proc/1/exe. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	for (int fd = 0; fd < 3; fd++)
		(void)close(fd); /* a pipe's other end is not to wait for us */
	exit(supervise(child, true));
}

static void change_directory(void)
{
	char *path = xstrdup(workdir);

	if (*path != '/')
		refuse(path, "the working directory is not absolute");
	if (make_path(path, 0755))
		fail(path, "make the working directory");
	if (chdir(path))
		fail(path, "change the working directory");
	free(path);
}

int main(int argc, char **argv)
{
	int first = opt_parse(&tool, argc, argv);
	struct user user;

	if (!rootfs.dir)
		usage_error("--root is missing");
	check_namespace();
	int stat = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	long parent = parent_by(stat);
	char **command = read_command(args_fd, argv + first);
	environment_read(&environment, env_fd);
	creds_read_filter(&creds);
	creds.caps = wanted_caps();

	if (hostname && sethostname(hostname, strlen(hostname)))
		fail(hostname, "set the host name");
	if (loopback)
		loopback_up();
	rootfs_enter(&rootfs);
	user_find(user_spec, &user);
	if (console_fd >= 0)
		console_open(console_fd, user.uid);
	change_directory();
	environment_default(&environment, "HOME", user.home);
	environment_default(&environment, "HOSTNAME", hostname);
	environment_default(&environment, "TERM", console_fd >= 0 ? "xterm" : NULL);
	rlimits_set(&rlimits);
	forget_the_caller();
	creds_apply(&creds, &user);
	if (parent_by(stat) != parent)
		_exit(STATUS_OWN); /* it died while the signal that tells was not armed */
	creds_seal(&creds);
	if (init)
		stay_as_init();
	if (info_fd >= 0)
		tell_start();
	exec_with(command, environment_vector(&environment));
}
