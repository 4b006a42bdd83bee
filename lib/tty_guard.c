/* Raw mode and back: see tty_guard.h. */
#define _GNU_SOURCE
#include "tty_guard.h"

#include "err.h"
#include "io.h"
#include "sys.h"
#include <errno.h>
#include <sys/wait.h>
#include <termios.h>

static int terminal = -1, pipe_end;
static struct termios before;
static pid_t guard;

/*
 * The other process. In its own session it gets no signal of the terminal, and may change it
 * without being in its foreground. All but the two descriptors goes: it keeps nobody's pipe open.
 */
static _Noreturn void stand_guard(int tty, int pipe)
{
	char done;

	(void)setsid();
	if (dup2(pipe, STDOUT_FILENO) < 0 || dup2(tty, STDIN_FILENO) < 0)
		_exit(STATUS_OWN);
	(void)syscall(SYS_close_range, 2U, ~0U, 0U);
	if (read(STDOUT_FILENO, &done, 1) == 0)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &before); /* nobody left to tell */
	_exit(0);
}

void tty_guard_begin(int tty)
{
	int ends[2];
	pid_t foreground = tcgetpgrp(tty);

	/* Started in the background: the modes are somebody else's until a shell continues us. */
	if (foreground > 0 && foreground != getpgrp())
		(void)kill(0, SIGTTOU);
	if (tcgetattr(tty, &before))
		fail("terminal", "read its modes");
	if (pipe2(ends, O_CLOEXEC))
		fail(NULL, "make a pipe");
	guard = fork();
	if (guard < 0)
		fail(NULL, "fork");
	if (guard == 0)
		stand_guard(tty, ends[0]);
	(void)close(ends[0]);
	terminal = tty, pipe_end = ends[1];
	on_failure(tty_guard_end, NULL);
}

void tty_guard_raw(void)
{
	struct termios raw = before;

	if (terminal < 0)
		return;
	cfmakeraw(&raw);
	if (tcsetattr(terminal, TCSANOW, &raw) && errno != EIO)
		fail("terminal", "set raw mode"); /* EIO: hung up, as poll(2) is about to say */
}

void tty_guard_restore(void)
{
	sigset_t ttou, mask;

	if (terminal < 0)
		return;
	/* Whoever holds SIGTTOU back may set modes from the background. */
	(void)sigemptyset(&ttou);
	(void)sigaddset(&ttou, SIGTTOU);
	(void)sigprocmask(SIG_BLOCK, &ttou, &mask);
	if (tcsetattr(terminal, TCSANOW, &before) && errno != EIO)
		complain("terminal", "restore its modes");
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
}

void tty_guard_stop(void)
{
	sigset_t tstp, mask;

	(void)sigemptyset(&tstp);
	(void)sigaddset(&tstp, SIGTSTP);
	tty_guard_restore();
	(void)raise(SIGTSTP);
	(void)sigprocmask(SIG_UNBLOCK, &tstp, &mask);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	tty_guard_raw();
}

void tty_guard_end(void *nothing)
{
	(void)nothing;
	if (terminal < 0)
		return;
	tty_guard_restore();
	(void)write_all(pipe_end, "d", 1); /* it may have been killed */
	(void)close(pipe_end);
	(void)waitpid(guard, NULL, 0);
	terminal = -1;
}
