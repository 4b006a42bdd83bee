/*
 * pid-tether: run a command that ends when another process does, and all that it has started with
 * it.
 *
 * It waits for the command, and ends with its exit status. When that process ends, or a signal asks
 * to end, the command gets TERM, and so does each of its descendants once it has lost its parent:
 * as a subreaper we are their next one, so that none gets away. What is left some time later is
 * killed. What the command leaves behind when it ends by itself is left alone. Changes nothing,
 * needs no privilege; of who is killed itself, the command alone is killed by the kernel.
 */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "opt.h"
#include "process.h"
#include "supervise.h"
#include "sys.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

static uint64_t patience = 10 * UINT64_C(1000000000);

/* clang-format off */
static const struct opt options[] = {
	{"kill-after", 0, "SECONDS", "what has not ended so long after TERM is killed (10)", opt_duration, &patience},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "pid-tether",
        .operands = "PID [--] COMMAND [ARG...]",
        .purpose = "Run a command that ends when process PID does, and all that it has started "
                   "with it.",
        .chain = true,
        .options = options,
        .example = "sleep 0.1 & pid-tether $! sleep 60 || echo over",
};

/* What the command is tied to. */
static int open_process(const char *text)
{
	int process = (int)syscall(SYS_pidfd_open, process_id(text), 0);

	if (process < 0 && errno == ESRCH)
		refuse(text, "there is no such process");
	if (process < 0)
		fail(text, "open the process");
	(void)fcntl(process, F_SETFD, FD_CLOEXEC);
	return process;
}

/* One that the caller ignores is not asked for. */
static int open_signals(void)
{
	static const int asking[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	struct sigaction action;
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		if (sigaction(asking[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			(void)sigaddset(&set, asking[i]);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		fail(NULL, "wait for signals");
	return fd;
}

static void set_timer(int timer)
{
	uint64_t nano = patience ? patience : 1; /* 0 would be never */
	struct itimerspec in = {
	        .it_value = {.tv_sec = (time_t)(nano / 1000000000),
	                     .tv_nsec = (long)(nano % 1000000000)}
        };

	if (timerfd_settime(timer, 0, &in, NULL))
		fail(NULL, "set a timer");
}

static pid_t start(char **command, const sigset_t *mask)
{
	pid_t parent = getpid(), child = fork();

	if (child < 0)
		fail(NULL, "fork");
	if (child > 0)
		return child;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(STATUS_OWN);
	supervise_undo(mask);
	exec_command(command);
}

/* A terminal's signal (^C) has reached the command already, which may think otherwise. */
static bool asked_to_end(int signals)
{
	struct signalfd_siginfo info;
	bool asked = false;

	while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo != SIGCHLD && info.ssi_code != SI_KERNEL)
			asked = true;
	return asked;
}

/* Reap all that has ended. false: there is no child any more. */
static bool reap(pid_t child, bool *ended, int *status)
{
	int one;
	pid_t pid;

	while ((pid = waitpid(-1, &one, WNOHANG)) > 0) {
		if (pid != child)
			continue;
		*ended = true;
		*status = WIFEXITED(one) ? WEXITSTATUS(one) : STATUS_SIGNAL + WTERMSIG(one);
	}
	return pid == 0;
}

/* Those that are ours by now; nobody else reaps them, so that none has become another. */
static void signal_children(int number)
{
	FREED char *list = read_file(AT_FDCWD, "/proc/thread-self/children", 1 << 20, NULL);
	char *rest = list, *word;

	if (!list)
		fail("/proc/thread-self/children", "read");
	while ((word = strsep(&rest, " ")))
		if (*word)
			(void)kill((pid_t)strtol(word, NULL, 10), number);
}

/* Until the command ends, or is to end: then until nothing is left of it. */
static int attend(pid_t child, int process, int signals)
{
	enum { SIGNALS, PROCESS, TIMER, ALL };
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	struct pollfd from[] = {
	        {signals, POLLIN, 0},
                {process, POLLIN, 0},
                {timer,   POLLIN, 0}
        };
	bool ended = false;
	int status = STATUS_OWN, sent = 0; /* to all that is left */

	while (reap(child, &ended, &status) && (sent || !ended)) {
		if (sent)
			signal_children(sent);
		(void)poll(from, ALL, -1);
		bool asked = asked_to_end(signals) || from[PROCESS].revents;
		if (from[TIMER].revents) {
			sent = SIGKILL;
			from[TIMER].fd = -1;
		} else if (asked && !sent) {
			sent = SIGTERM;
			from[PROCESS].fd = -1;
			set_timer(timer);
		}
	}
	return status;
}

int main(int argc, char **argv)
{
	int first = opt_parse(&tool, argc, argv);
	char **command = argv + first + 1;
	sigset_t mask;

	if (!argv[first])
		usage_error("a PID and a command are to be given");
	if (*command && strcmp(*command, "--") == 0)
		command++;
	if (!*command)
		usage_error("there is no command");
	CLOSED int process = open_process(argv[first]);
	supervise_begin(&mask);
	CLOSED int signals = open_signals();
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		fail(NULL, "become a subreaper");
	return attend(start(command, &mask), process, signals);
}
