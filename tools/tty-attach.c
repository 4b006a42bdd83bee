/*
 * tty-attach: the caller's terminal for something that runs in the background, as long as a command
 * shows what comes out of it.
 *
 * What is typed goes to the terminal that `ctr-log run --console-fd` logs, or to a FIFO; signals to
 * a process. It ends when the command does, or by a sequence of keys; what runs in the background
 * goes on. If we are killed, so is the command, and the terminal's modes are restored by another
 * process.
 *
 * Changes the modes of the terminal at stdin while it runs, and the size of the other terminal.
 * Needs the right to trace who writes the log: pidfd_getfd(2).
 */
#define _GNU_SOURCE
#include "detach_keys.h"
#include "err.h"
#include "fds.h"
#include "io.h"
#include "log_console.h"
#include "num.h"
#include "opt.h"
#include "process.h"
#include "supervise.h"
#include "sys.h"
#include "tty_guard.h"
#include "typing.h"
#include <errno.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

enum { STATUS_DETACHED = 1 };

static const char *log_file, *fifo;
static bool no_stdin;
static struct detach_keys keys = {
        .keys = {'P' - '@', 'Q' - '@'},
          .count = 2
};
static uint64_t proxy_pid, proxy_start;

static pid_t child;
static bool over;  /* the command has ended, or we have had enough, with */
static int status; /* this */
static int target = -1, process = -1;

static void opt_keys(const struct opt *opt, const char *arg)
{
	if (!detach_keys_parse(arg, opt->into))
		opt_refuse(opt, arg, "not keys (such as ctrl-p,ctrl-q or ctrl-x,x)");
}

static void opt_pid(const struct opt *opt, const char *arg)
{
	if (num_parse(arg, INT32_MAX, opt->into) || !proxy_pid)
		opt_refuse(opt, arg, "not a process id");
}

/* clang-format off */
static const struct opt options[] = {
	{"log", 0, "FILE", "type into the terminal that is logged there", opt_string, &log_file},
	{"to", 0, "FIFO", "write what is typed there", opt_string, &fifo},
	{"no-stdin", 0, NULL, "leave the input alone", opt_flag, &no_stdin},
	{"detach-keys", 0, "KEYS", "leave by these (ctrl-p,ctrl-q)", opt_keys, &keys},
	{"sig-proxy", 0, "PID", "hand on to it the signals that we get", opt_pid, &proxy_pid},
	{"start", 0, "TICKS", "only if it started then: field 22 of /proc/PID/stat", opt_number, &proxy_start},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "tty-attach",
        .operands = "[--] COMMAND [ARG...]",
        .purpose = "Type into what runs in the background, while COMMAND shows it.",
        .chain = true,
        .options = options,
        .example = "mkfifo in; exec 9<> in; head -n 1 <&9 > out &\n"
                   "  echo hello | tty-attach --to in -- sh -c 'until grep -s . out; do sleep 0.1; "
                   "done'",
};

/* What is to be signalled. -1: there is nothing, or it is gone. */
static int open_process(void)
{
	int fd = proxy_pid ? (int)syscall(SYS_pidfd_open, (pid_t)proxy_pid, 0) : -1;

	if (proxy_pid && fd < 0 && errno != ESRCH)
		fail("--sig-proxy", "open process %d", (pid_t)proxy_pid);
	if (fd >= 0 && proxy_start && process_start((pid_t)proxy_pid) != proxy_start)
		close_fd(&fd), fd = -1;
	return fd;
}

/* Where the input goes. ENXIO: nobody reads there any more. */
static void open_targets(void)
{
	process = open_process();
	if (log_file)
		target = log_console_open(log_file);
	if (log_file && target < 0 && errno == ENOTTY && !no_stdin)
		refuse(log_file, "what is logged is no terminal, or another process types there");
	if (fifo && !no_stdin)
		target = open(fifo, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fifo && !no_stdin && target < 0 && errno != ENXIO)
		fail(fifo, "open");
	fds_close_but((int[]){process, target}, 2);
}

/* The command is not to end by what the terminal sends to its whole job: that is ours to decide. */
static void spawn(char **command, const sigset_t *mask)
{
	static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
	pid_t parent = getpid();

	child = fork();
	if (child < 0)
		fail(NULL, "fork");
	if (child > 0)
		return;
	keep_what_is_done();
	/* Between the fork and this call we may have lost our parent unnoticed. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(STATUS_OWN);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	exec_command(command);
}

static void resize(bool redraw)
{
	if (log_file && target >= 0)
		typing_size(target, redraw);
}

static void end(int with)
{
	status = with;
	over = true;
}

static void reap(void)
{
	int how;

	if (waitpid(child, &how, WNOHANG) != child)
		return;
	child = 0;
	end(WIFEXITED(how) ? WEXITSTATUS(how) : STATUS_SIGNAL + WTERMSIG(how));
}

static void take_signal(int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return;
	int number = (int)info.ssi_signo;
	switch (number) {
	case SIGCHLD:
		reap();
		break;
	case SIGWINCH:
		resize(false);
		break;
	case SIGPIPE: /* our own, and write(2) told already */
		break;
	case SIGTSTP:
		tty_guard_stop();
		break;
	case SIGCONT:
		tty_guard_raw();
		resize(true);
		break;
	default:
		if (process >= 0 && !(number == SIGHUP && info.ssi_code == SI_KERNEL) &&
		    syscall(SYS_pidfd_send_signal, process, number, NULL, 0) == 0)
			break;
		end(STATUS_SIGNAL + number); /* our terminal is gone, or nobody takes it but us */
	}
}

/* Wait for something to do, and do it. */
static void turn(int signals)
{
	struct pollfd polls[TYPING_POLLS + 1];

	typing_polls(polls);
	polls[TYPING_POLLS] = (struct pollfd){signals, POLLIN, 0};
	if (poll(polls, TYPING_POLLS + 1, -1) < 0)
		return; /* EINTR: stopped and continued */
	enum typing typing = typing_turn(polls);
	if (typing == TYPING_LEFT) {
		end(STATUS_DETACHED);
		(void)write_all(STDERR_FILENO, "read escape sequence\n", 21); /* as Docker says */
	} else if (typing == TYPING_GONE) {
		end(STATUS_SIGNAL + SIGHUP);
	}
	if (polls[TYPING_POLLS].revents && !over)
		take_signal(signals);
}

int main(int argc, char **argv)
{
	sigset_t mask;
	int first = opt_parse(&tool, argc, argv);

	if (log_file && fifo)
		usage_error("--log and --to exclude each other");
	if (proxy_start && !proxy_pid)
		usage_error("--start needs --sig-proxy");
	if (!argv[first])
		usage_error("the command is missing");
	supervise_begin(&mask);
	fds_reserve();
	open_targets();
	int signals = supervise_signals();
	spawn(argv + first, &mask);
	typing_begin(no_stdin ? -1 : target, log_file ? &keys : NULL);
	resize(true);
	while (!over)
		turn(signals);
	if (child) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
	tty_guard_end(NULL);
	return status;
}
