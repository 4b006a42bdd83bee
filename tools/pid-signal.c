/*
 * pid-signal: send a signal to one process, and wait for its end.
 *
 * The process is held by a pidfd, so that no other one gets the signal when it ends and its pid
 * comes round again; with --start also when that happened before. Waiting takes no time beyond the
 * process's: the kernel tells. Changes nothing but what the signal does; needs the right to send
 * it, kill(2).
 */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "opt.h"
#include "process.h"
#include "signals.h"
#include "sys.h"
#include <errno.h>
#include <sys/prctl.h>

static int signal_number = SIGTERM;
static uint64_t start;
static uint64_t patience = UINT64_MAX; /* ns; none */
static bool waits, insist, dependent;

static void opt_signal(const struct opt *opt, const char *arg)
{
	signal_number = signal_find(arg);
	if (!signal_number && !(arg[0] == '0' && !arg[1]))
		opt_refuse(opt, arg, "there is no such signal");
}

static void opt_wait(const struct opt *opt, const char *arg)
{
	if (arg)
		opt_duration(opt, arg);
	waits = true;
}

/* clang-format off */
static const struct opt options[] = {
	{"signal", 's', "SIGNAL", "by name or number; 0: none (TERM)", opt_signal, NULL},
	{"start", 0, "TICKS", "only if it started then: field 22 of /proc/PID/stat", opt_number, &start},
	{"wait", 0, "[SECONDS]", "wait for its end, so long at most", opt_wait, &patience},
	{"with-parent", 0, NULL, "wait no longer than the process that has started us lives", opt_flag, &dependent},
	{"kill", 0, NULL, "after that time, KILL, and wait again", opt_flag, &insist},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "pid-signal",
        .operands = "PID",
        .purpose = "Send a signal to one process, and wait for its end.",
        .options = options,
        .example = "sleep 60 & pid-signal --wait=5 --kill $!",
};

/* -1: it is gone. */
static int open_process(pid_t pid)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0);

	if (process < 0 && errno != ESRCH)
		fail(NULL, "open process %d", pid);
	if (process < 0 || (start && process_start(pid) != start))
		return -1;
	return process;
}

/* false: it is gone. */
static bool send_signal(int process, int number, const char *pid)
{
	if (syscall(SYS_pidfd_send_signal, process, number, NULL, 0) == 0)
		return true;
	if (errno != ESRCH)
		fail(pid, "send signal %d", number);
	return false;
}

int main(int argc, char **argv)
{
	int first = opt_parse(&tool, argc, argv);
	const char *pid = argv[first];

	if (argc - first != 1)
		usage_error("one PID is to be given");
	if (insist && !waits)
		usage_error("--kill needs --wait");
	if (dependent && prctl(PR_SET_PDEATHSIG, SIGKILL))
		fail(NULL, "ask to end with the parent");
	CLOSED int process = open_process(process_id(pid));
	bool there = process >= 0 && send_signal(process, signal_number, pid);

	if (!there && !waits)
		refuse(pid, "there is no such process");
	if (!there || !waits || process_ends(process, deadline_in(patience)))
		return 0;
	if (!insist)
		refuse(pid, "has not ended within %g s", (double)patience / 1e9);
	if (send_signal(process, SIGKILL, pid))
		(void)process_ends(process, UINT64_MAX);
	return 0;
}
