/* Going into the background: see detach.h. */
#define _GNU_SOURCE
#include "detach.h"

#include "err.h"
#include "io.h"
#include "sys.h"
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

enum { READY, CALLER };
int detach_fds[DETACH_FDS] = {-1, -1};
static int child_end = -1; /* of the pipe READY */

static _Noreturn void wait_and_exit(int other, const sigset_t *mask)
{
	unsigned char status;
	ssize_t got;

	keep_what_is_done();
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	while ((got = read(other, &status, 1)) < 0 && errno == EINTR)
		;
	_exit(got == 1 ? status : STATUS_OWN);
}

void detach_begin(const sigset_t *mask)
{
	int pair[2], ready[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		fail(NULL, "make a pair of sockets");
	pid_t pid = fork();
	if (pid < 0)
		fail(NULL, "fork");
	if (pid > 0) {
		(void)close(pair[1]);
		wait_and_exit(pair[0], mask);
	}
	(void)close(pair[0]);
	if (pipe2(ready, O_CLOEXEC))
		fail(NULL, "make a pipe");
	if (setsid() < 0)
		fail(NULL, "start a session");
	detach_fds[CALLER] = pair[1];
	detach_fds[READY] = ready[0];
	child_end = ready[1];
}

static void tell_failure(void *unused)
{
	(void)unused;
	(void)write_all(child_end, (char[]){DETACH_FAILED},
	                1); /* or it ends, which tells as much */
}

int detach_child(int number)
{
	if (number < 0)
		return child_end;
	if (dup2(child_end, number) < 0)
		fail(NULL, "make the pipe descriptor %d", number);
	return number;
}

void detach_ready(void)
{
	on_failure(tell_failure, NULL);
	if (fcntl(child_end, F_SETFD, FD_CLOEXEC) ||
	    write_all(child_end, (char[]){DETACH_READY}, 1))
		_exit(STATUS_OWN);
}

/* Has the child said that it is ready, and nothing else, up to the end? */
static bool is_ready(pid_t child)
{
	struct pollfd polls[] = {
	        {.fd = detach_fds[READY],  .events = POLLIN},
	        {.fd = detach_fds[CALLER], .events = POLLIN},
	};
	char last = 0;

	for (;;) {
		if (poll(polls, 2, -1) < 0)
			continue;
		if (polls[1].revents) { /* the caller is gone */
			(void)kill(child, SIGKILL);
			return false;
		}
		if (polls[0].revents && read(detach_fds[READY], &last, 1) <= 0)
			return last == DETACH_READY;
	}
}

bool detach_wait(pid_t child)
{
	if (!is_ready(child))
		return false;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd <= 2; fd++)
		(void)(null < 0 ? close(fd) : dup2(null, fd));
	if (null > 2)
		(void)close(null);
	if (chdir("/"))
		complain("/", "change the directory");
	detach_fail(0);
	return true;
}

void detach_fail(int status)
{
	/* Who is gone does not mind, and is no reason to get SIGPIPE. */
	(void)send(detach_fds[CALLER], (unsigned char[]){(unsigned char)status}, 1, MSG_NOSIGNAL);
	for (int i = 0; i < DETACH_FDS; i++)
		(void)close(detach_fds[i]);
}
