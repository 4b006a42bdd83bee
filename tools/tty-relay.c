/*
 * tty-relay: the caller's terminal for a command that makes its terminal elsewhere.
 *
 * The command opens a pseudo-terminal, say in a container, and sends the master's descriptor
 * through a socket that it inherits. From then on bytes go both ways, the caller's terminal is in
 * raw mode, and the window size follows it. Signals are handed on to the command; its exit status
 * is ours. If we are killed, so is the command, and the terminal's modes are restored by another
 * process.
 *
 * Changes the modes of the terminal at stdin and nothing else, and those only while it runs. Needs
 * no privilege.
 */
#define _GNU_SOURCE
#include "err.h"
#include "fd_pass.h"
#include "io.h"
#include "num.h"
#include "opt.h"
#include "relay.h"
#include "supervise.h"
#include "tty_guard.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

enum { HANGUP_SECONDS = 5 }; /* what a command gets to end in when its terminal is gone */

static int socket_number = -1;
static int copy_fd = -1;
static bool no_stdin;

static pid_t child;
static bool ended;      /* the command has, with */
static int status;      /* this */
static int link_fd;     /* where the master will come from; -1: no more */
static time_t deadline; /* of the command, after a hangup; 0: none */

static void opt_number_to_be(const struct opt *opt, const char *arg)
{
	uint64_t number;

	if (num_parse(arg, INT16_MAX, &number) || number < 3)
		opt_refuse(opt, arg, "not a descriptor's number from 3 up");
	*(int *)opt->into = (int)number;
}

/* clang-format off */
static const struct opt options[] = {
	{"socket-fd", 0, "N", "give the command the socket as N (required)", opt_number_to_be, &socket_number},
	{"copy-fd", 0, "N", "write what is shown to descriptor N as well", opt_fd, &copy_fd},
	{"no-stdin", 0, NULL, "leave the input alone: show only", opt_flag, &no_stdin},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "tty-relay",
        .operands = "--socket-fd N [--] COMMAND [ARG...]",
        .purpose = "Lend the terminal to a command which sends its own's master.",
        .chain = true,
        .options = options,
        .example = "mkdir -p rootfs/bin && cp \"$(command -v busybox)\" rootfs/bin/sh\n"
                   "  tty-relay --socket-fd 6 -- ns-spawn --all --keep-fd 6 -- \\\n"
                   "      ctr-init --root rootfs --console-fd 6 -- sh",
};

static void spawn(char **command, const sigset_t *mask)
{
	pid_t parent = getpid();
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		fail(NULL, "make a pair of sockets");
	child = fork();
	if (child < 0)
		fail(NULL, "fork");
	if (child == 0) {
		keep_what_is_done();
		/* Between the fork and this call we may have lost our parent unnoticed. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
			_exit(STATUS_OWN);
		if (ends[1] == socket_number ? fcntl(ends[1], F_SETFD, 0)
		                             : dup2(ends[1], socket_number) < 0)
			fail(NULL, "make the socket descriptor %d", socket_number);
		(void)sigprocmask(SIG_SETMASK, mask, NULL);
		exec_command(command);
	}
	(void)close(ends[1]);
	link_fd = ends[0];
}

static void kill_child(void *nothing)
{
	(void)nothing;
	if (child > 0 && !ended) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
}

/* The master is there, or never will be: then the command is about to say why, and to end. */
static void take_master(void)
{
	int master = fd_receive(link_fd);

	if (master < 0 && errno == EAGAIN && !ended)
		return;
	if (master >= 0)
		relay_begin(master, !no_stdin && !ended);
	(void)close(link_fd); /* whoever sent it waits for that: the size and the modes are set */
	link_fd = -1;
}

/* The caller's terminal is gone, so ours goes as well; nobody attends to the command any more. */
static void hang_up(void)
{
	relay_end();
	if (deadline || ended)
		return;
	(void)kill(child, SIGHUP);
	deadline = time(NULL) + HANGUP_SECONDS;
}

static void reap(void)
{
	int how;

	if (waitpid(child, &how, WNOHANG) != child)
		return;
	status = WIFEXITED(how) ? WEXITSTATUS(how) : STATUS_SIGNAL + WTERMSIG(how);
	ended = true;
	if (link_fd >= 0)
		take_master(); /* sent just before the end */
	relay_drain();
}

static void take_signal(int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
		reap();
		break;
	case SIGWINCH:
		relay_size();
		break;
	case SIGPIPE: /* our own, and write(2) told already */
		break;
	case SIGTSTP:
		tty_guard_stop();
		break;
	case SIGCONT:
		tty_guard_raw();
		relay_size();
		break;
	default:
		if (ended)
			relay_end(); /* enough of the rest of its output */
		else if (info.ssi_signo == SIGHUP && info.ssi_code == SI_KERNEL)
			hang_up();
		else if (info.ssi_code != SI_KERNEL) /* what the terminal sends has reached it */
			(void)kill(child, (int)info.ssi_signo);
	}
}

/* Wait for something to do, and do it. */
static void turn(int signals)
{
	struct pollfd polls[RELAY_POLLS + 2];
	struct pollfd *own = polls + RELAY_POLLS;
	int patience;

	relay_polls(polls, &patience);
	own[0] = (struct pollfd){link_fd, POLLIN, 0};
	own[1] = (struct pollfd){signals, POLLIN, 0};
	if (deadline)
		patience = 1000;
	if (poll(polls, RELAY_POLLS + 2, patience) < 0)
		return; /* EINTR: stopped and continued */
	if (!relay_turn(polls))
		hang_up();
	if (own[0].revents)
		take_master();
	if (own[1].revents)
		take_signal(signals);
	if (deadline && time(NULL) >= deadline && !ended)
		(void)kill(child, SIGKILL);
}

int main(int argc, char **argv)
{
	sigset_t mask;
	int first = opt_parse(&tool, argc, argv);

	if (socket_number < 0)
		usage_error("--socket-fd is missing");
	if (!argv[first])
		usage_error("the command is missing");
	if (copy_fd >= 0 && fcntl(copy_fd, F_SETFD, FD_CLOEXEC))
		fail("--copy-fd", "keep it from the command");
	relay_copy(copy_fd);
	supervise_begin(&mask);
	int signals = supervise_signals();
	on_failure(kill_child, NULL);
	spawn(argv + first, &mask);
	while (!ended || !relay_is_done())
		turn(signals);
	tty_guard_end(NULL);
	return status;
}
