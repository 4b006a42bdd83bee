/* A logged terminal: see log_console.h. */
#define _GNU_SOURCE
#include "log_console.h"

#include "err.h"
#include "io.h"
#include "log_file.h"
#include "sys.h"
#include <errno.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

enum { WRITERS_INPUT = 3, TRIES = 100 };

/* The pid of who has it locked. A rotation moves the lock to another file of that name. */
static pid_t find_writer(const char *log)
{
	struct stat opened, named;

	for (int i = 0; i < TRIES; i++) {
		CLOSED int file = open(log, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

		if (file < 0 || fstat(file, &opened))
			fail(log, "open");
		pid_t writer = log_file_writer(file);
		if (writer || (stat(log, &named) == 0 && named.st_dev == opened.st_dev &&
		               named.st_ino == opened.st_ino))
			return writer;
	}
	return 0;
}

int log_console_open(const char *log)
{
	unsigned int number;
	pid_t writer = find_writer(log);

	errno = ESRCH;
	if (!writer)
		return -1;
	CLOSED int process = (int)syscall(SYS_pidfd_open, writer, 0);
	if (process < 0 && errno != ESRCH && writer > 0)
		fail(log, "open its writer, process %d", writer);
	if (writer < 0)
		refuse(log, "its writer is in another pid namespace");
	/* As it is the writer still, the descriptor is that one's, and of no process that came
	 * after it with the same pid. */
	bool same = process >= 0 && find_writer(log) == writer;
	errno = ESRCH;
	if (!same)
		return -1;
	int master = (int)syscall(SYS_pidfd_getfd, process, WRITERS_INPUT, 0);
	if (master < 0 && errno == EBADF)
		errno = ESRCH; /* it is about to end */
	if (master < 0 && errno == ESRCH)
		return -1;
	if (master < 0)
		fail(log, "take the terminal from its writer, process %d", writer);
	if (ioctl(master, TIOCGPTN, &number)) {
		(void)close(master);
		errno = ENOTTY;
		return -1;
	}
	return master;
}
