/* Removing names without waiting for the disk: see linger.h. */
#define _GNU_SOURCE
#include "linger.h"

#include "err.h"
#include "fds.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

enum { MOST = 16 }; /* a container that is thrown away has a dozen; others may go without */

static bool begun;
static struct fds held;

void linger_begin(void)
{
	begun = true;
}

void linger_hold(int dir, const char *name)
{
	int why = errno;
	int fd = begun && held.count < MOST ? openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC)
	                                    : -1;

	if (fd >= 0)
		fds_add(&held, fd);
	errno = why;
}

/* The end of the pipe comes when our parent's descriptors are closed: it may have fewer by then. */
static _Noreturn void outlive(int end)
{
	char nothing;

	keep_what_is_done();
	fds_add(&held, end);
	for (int fd = 0; fd < 3; fd++)
		(void)close(fd);
	fds_close_but(held.at, held.count);
	while (read(end, &nothing, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

void linger_on(void)
{
	int ends[2];

	if (!held.count || pipe2(ends, O_CLOEXEC))
		return;
	if (fork() == 0) {
		(void)close(ends[1]);
		outlive(ends[0]);
	}
	(void)close(ends[0]);
}
