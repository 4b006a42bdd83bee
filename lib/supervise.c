/* Handing on signals, and the exit status: see supervise.h. */
#define _GNU_SOURCE
#include "supervise.h"

#include "err.h"
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Left alone: what stops a job, which is the shell's business with us, and what is our own fault.
 */
static const int not_held[] = {SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGSEGV,
                               SIGBUS,  SIGILL,  SIGFPE,  SIGABRT, SIGTRAP};

static void held_signals(sigset_t *held)
{
	(void)sigfillset(held);
	for (size_t i = 0; i < sizeof(not_held) / sizeof(not_held[0]); i++)
		(void)sigdelset(held, not_held[i]);
}

void supervise_begin(sigset_t *before)
{
	sigset_t held;

	(void)signal(SIGCHLD, SIG_DFL); /* ignored, it would have the kernel reap in our place */
	held_signals(&held);
	if (sigprocmask(SIG_SETMASK, &held, before))
		fail(NULL, "hold signals back");
}

int supervise_signals(void)
{
	sigset_t held;

	held_signals(&held);
	(void)sigaddset(&held, SIGTSTP);
	(void)sigaddset(&held, SIGCONT);
	(void)sigprocmask(SIG_BLOCK, &held, NULL);
	int fd = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		fail(NULL, "wait for signals");
	return fd;
}

static void end(int number)
{
	_exit(STATUS_SIGNAL + number);
}

void supervise_mortal(void)
{
	static const int deadly[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		if (signal(deadly[i], end) == SIG_IGN)
			(void)signal(deadly[i], SIG_IGN); /* as the caller wants it */
}

void supervise_undo(const sigset_t *before)
{
	supervise_mortal();
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

static int status_of(int one)
{
	return WIFEXITED(one) ? WEXITSTATUS(one) : STATUS_SIGNAL + WTERMSIG(one);
}

/* Reap all that has ended. Is `child` among them? */
static bool reap(pid_t child, int *status)
{
	bool ended = false;
	int one;

	for (pid_t pid; (pid = waitpid(-1, &one, WNOHANG)) > 0;) {
		if (pid != child)
			continue;
		*status = status_of(one);
		ended = true;
	}
	return ended;
}

/* Wait for the next signal; it may be that a child has ended. */
static void hand_on(pid_t child, bool apart)
{
	sigset_t held;
	siginfo_t info;

	held_signals(&held);
	int signal = sigwaitinfo(&held, &info);
	if (signal < 0 || signal == SIGCHLD)
		return; /* EINTR: stopped and continued */
	if (info.si_code == SI_KERNEL && !apart)
		return;
	(void)kill(child, signal); /* not reaped yet, so the pid is still the child's */
}

int supervise(pid_t child, bool apart)
{
	int status = STATUS_OWN;

	while (!reap(child, &status))
		hand_on(child, apart);
	return status;
}

int supervise_helper(pid_t helper, pid_t child, bool apart)
{
	int one;
	pid_t pid;

	while ((pid = waitpid(helper, &one, WNOHANG)) == 0)
		hand_on(child, apart);
	return pid < 0 ? STATUS_OWN : status_of(one);
}

bool supervise_ended(pid_t child)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}
