/* See watch.h. */
#define _GNU_SOURCE
#include "watch.h"

#include "err.h"
#include "fds.h"
#include "sys.h"
#include <errno.h>

static _Noreturn void watch(int child, int end)
{
	char nothing;

	keep_what_is_done();
	(void)chdir("/");
	for (int fd = 0; fd < 3; fd++)
		(void)close(fd);
	fds_close_but((int[]){child, end}, 2);
	while (read(end, &nothing, 1) < 0 && errno == EINTR)
		;
	(void)syscall(SYS_pidfd_send_signal, child, SIGKILL, NULL, 0); /* gone: all is well */
	_exit(0);
}

int watch_child(pid_t child)
{
	int ends[2], fd = (int)syscall(SYS_pidfd_open, child, 0);

	if (fd < 0)
		fail(NULL, "open process %d", child);
	if (pipe2(ends, O_CLOEXEC))
		fail(NULL, "make a pipe");
	pid_t pid = fork();
	if (pid < 0)
		fail(NULL, "fork");
	/* What is sent to our group is not for it, from now on. */
	(void)setpgid(pid, pid);
	if (pid == 0) {
		(void)close(ends[1]);
		watch(fd, ends[0]);
	}
	(void)close(fd);
	(void)close(ends[0]);
	return ends[1];
}
