/*
 * ns-enter: run a command in the namespaces and cgroups of a running process.
 *
 * Who has started us waits for us; we stay in the namespaces that we came from, hand on signals,
 * and end with the exit status of the command. If we are killed, a watcher kills it. What enters is
 * a child: it joins the cgroups and namespaces and gives up rights, all that while it is not to be
 * seen in the pid namespace yet, for only children are. Its child, which is, has nothing left to do
 * but to execute the command, and nothing to be taken from it: no right, no descriptor, no variable
 * of the caller, no program of the host that could be opened for writing.
 *
 * Changes nothing but itself. Needs CAP_SYS_ADMIN where the namespaces belong to.
 */
#define _GNU_SOURCE
#include "args.h"
#include "caller.h"
#include "cgroup_dirs.h"
#include "console.h"
#include "environment.h"
#include "err.h"
#include "fds.h"
#include "inside.h"
#include "io.h"
#include "ns.h"
#include "own_exe.h"
#include "rights.h"
#include "rlimits.h"
#include "supervise.h"
#include "sys.h"
#include "target.h"
#include "watch.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

static struct rights rights = RIGHTS_NONE;
static struct environment environment;
static const char *workdir = "/";
static uint64_t start;
static bool detach;
static int args_fd = -1, env_fd = -1, console_fd = -1;

static struct target target; /* that is entered */

/* clang-format off */
static const struct opt options[] = {
	{"start", 0, "TICKS", "only if the process began then", opt_number, &start},
	{"detach", 0, NULL, "return when the command runs", opt_flag, &detach},
	{"workdir", 'w', "DIR", "start there", inside_opt, &workdir},
	{.help = "Rights"},
	RIGHTS_OPTIONS(rights),
	{"privileged", 0, NULL, "all capabilities", opt_flag, &rights.privileged},
	{.help = "Command"},
	{"env", 'e', "NAME=VALUE", "set a variable (repeatable)", environment_opt, &environment},
	{"env-fd", 0, "N", "NUL-ended variables from N", opt_fd, &env_fd},
	{"args-fd", 0, "N", "NUL-ended arguments from N", opt_fd, &args_fd},
	{"console-fd", 0, "N", "new terminal; its master to socket N", opt_fd, &console_fd},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "ns-enter",
        .operands = "PID [--] COMMAND [ARG...]",
        .purpose = "Run a command in the namespaces and cgroups of a process.",
        .chain = true,
        .options = options,
        .example = "ns-spawn --uts -- sh -c 'hostname box; hostname; ns-enter $PPID -- hostname'",
};

/* In the child: die with the parent. */
static void follow_parent(int gate)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) ||
	    poll(&(struct pollfd){.fd = gate, .events = POLLIN}, 1, 0))
		_exit(STATUS_OWN);
}

/* /proc/PID/environ is for all who may trace us. */
static void wipe_environment(void)
{
	for (char **variable = environ; *variable; variable++)
		memset(*variable, 0, strlen(*variable));
	*environ = NULL;
}

/* Nobody's terminal, and nobody's pipe that would wait for its end; we complain where we did. */
static void detach_streams(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	err_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	for (int fd = 0; fd < 3; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			fail("/dev/null", "make it descriptor %d", fd);
}

static void join(int gate)
{
	cgroup_dirs_enter(&target.cgroups);
	if (target.namespaces && setns(target.fd, (int)target.namespaces)) {
		if (errno == ESRCH)
			refuse(target.name, "the process has ended");
		fail(target.name, "enter its namespaces");
	}
	if (target.namespaces & CLONE_NEWUSER)
		ns_become_root();
	/* Through those of the host's directories whoever is inside would come out. */
	fds_close_but((int[]){gate, console_fd, err_fd}, 3);
}

static void tell_failure(void *gate)
{
	(void)write_all(*(int *)gate, "f", 1); /* nobody reads it, without --detach */
}

/* In the child's child, which is to be seen inside. */
static _Noreturn void run(char **command, int gate)
{
	char go;

	on_failure(tell_failure, &gate);
	if (console_fd >= 0)
		console_control();
	else if (setsid() < 0)
		fail(NULL, "start a session");
	if (read(gate, &go, 1) != 1)
		_exit(STATUS_OWN);
	creds_seal(&rights.creds);
	exec_with(command, environment_vector(&environment));
}

/* In the child. Its own child is the parent's: returns there, with rights given up. */
static void enter(int gate)
{
	struct user user;

	follow_parent(gate);
	wipe_environment();
	if (detach)
		detach_streams();
	join(gate);
	user_find(rights.user, &user);
	user_join(&rights.groups, &user);
	if (console_fd >= 0)
		console_open(console_fd, user.uid, false);
	environment_inside(&environment, user.home, console_fd >= 0);
	inside_enter(workdir);
	rlimits_follow(&target.rlimits);
	caller_forget();
	creds_apply(&rights.creds, &user);
	if (prctl(PR_SET_DUMPABLE, 0)) /* a change of user may have undone it */
		fail(NULL, "be hidden from debuggers");
	pid_t child = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	if (child < 0)
		fail(NULL, "fork");
	if (child)
		_exit(write_all(gate, &child, sizeof(child)) ? STATUS_OWN : 0);
}

/* Returns the pid of the command to be; if that did not come to be, exits as who has said why. */
static pid_t start_inside(char **command, int gate[2])
{
	const struct cgroup_dirs *cgroups = &target.cgroups;
	struct clone_args args = {.exit_signal = SIGCHLD};
	const char *into = NULL;
	pid_t child;
	int how;

	if (cgroups->v2 >= 0) {
		into = cgroups->names.at[cgroups->v2];
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (unsigned int)cgroups->fds[cgroups->v2];
	}
	pid_t middle = sys_clone3(&args);
	if (middle < 0)
		fail(into, "clone a child");
	if (middle == 0) {
		(void)close(gate[1]);
		enter(gate[0]);
		run(command, gate[0]);
	}
	(void)close(gate[0]);
	ssize_t got = read(gate[1], &child, sizeof(child));
	if (waitpid(middle, &how, 0) < 0)
		fail(NULL, "wait for the child");
	if (got != (ssize_t)sizeof(child))
		exit(WIFEXITED(how) ? WEXITSTATUS(how) : STATUS_SIGNAL + WTERMSIG(how));
	return child;
}

static _Noreturn void let_go(pid_t child, int gate)
{
	int watch = detach ? -1 : watch_child(child);
	sigset_t mask;
	char failed;

	if (!detach)
		supervise_begin(&mask);
	fds_close_but((int[]){gate, watch}, 2);
	if (write_all(gate, "g", 1))
		fail(NULL, "let the child go");
	/* Its end of the gate is closed by exec. */
	if (detach && read(gate, &failed, 1) != 1)
		exit(0);
	if (detach)
		supervise_begin(&mask);
	for (int fd = 0; fd < 3; fd++)
		(void)close(fd); /* a pipe's other end is not to wait for us */
	exit(supervise(child, true));
}

int main(int argc, char **argv)
{
	int gate[2];
	int first = opt_parse(&tool, argc, argv);
	const int keep[] = {args_fd, env_fd, console_fd};
	char **command = argv + first + 1;

	if (!argv[first])
		usage_error("the process id is missing");
	if (*command && strcmp(*command, "--") == 0)
		command++;
	own_exe_protect(argv);
	caller_meet(keep, sizeof(keep) / sizeof(keep[0]));
	if (prctl(PR_SET_DUMPABLE, 0))
		fail(NULL, "be hidden from debuggers");
	(void)signal(SIGCHLD, SIG_DFL); /* ignored, it would have the kernel reap in our place */

	target_open(&target, argv[first], start);
	target_check(&target); /* before anything can block */
	if (args_fd >= 0)
		command = args_read(args_fd, NULL, 0);
	if (!*command)
		usage_error("the command is missing");
	environment_read(&environment, env_fd);
	rights_settle(&rights);
	rights.creds.groups_fixed = creds_groups_fixed(target.name);
	target_check(&target);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate))
		fail(NULL, "make a pair of sockets");
	let_go(start_inside(command, gate), gate[1]);
}
