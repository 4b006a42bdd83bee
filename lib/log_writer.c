/* Who writes a log: see log_writer.h. */
#define _GNU_SOURCE
#include "log_writer.h"

#include "err.h"
#include "fd_pass.h"
#include "io.h"
#include "log_pump.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Descriptors of the writer, below all that it is given. */
enum { STREAMS = 3, SINKS = STREAMS + LOG_STREAMS, READY = SINKS + LOG_STREAMS };

static void place(int fd, int number)
{
	if (dup2(fd, number) < 0)
		fail(NULL, "detach from the caller");
}

/* Nothing of the caller's stays: not a pipe that somebody waits for, nor a directory. */
static void let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || chdir("/"))
		fail(null < 0 ? "/dev/null" : "/", "detach from the caller");
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	(void)close(null);
}

/*
 * Have the terminal's master in the place of the socket; closing that tells who sent it that the
 * size is set. Whoever takes the master from us later, to type, shares its O_NONBLOCK.
 */
static bool take_console(void)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	struct pollfd link = {STREAMS, POLLIN, 0};
	unsigned int number;
	int master;

	do {
		(void)poll(&link, 1, -1);
		master = fd_receive(STREAMS);
	} while (master < 0 && (errno == EAGAIN || errno == EINTR));
	if (master < 0)
		return false; /* who had the other end is gone, or has closed it */
	bool usable = ioctl(master, TIOCGPTN, &number) == 0 &&
	              fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK) == 0;
	if (usable) {
		(void)ioctl(master, TIOCSWINSZ, &size); /* of any size it is a terminal */
		usable = dup3(master, STREAMS, O_CLOEXEC) >= 0;
	}
	(void)close(master);
	return usable;
}

static _Noreturn void become_writer(const char *path, const struct log_limits *limits,
                                    const struct log_source *source, int ready)
{
	bool console = source->console >= 0, open = true;
	int streams[LOG_STREAMS], sinks[LOG_STREAMS], why;

	for (int fd = STREAMS; fd < READY; fd++)
		(void)close(fd); /* of the caller's, if it is open */
	for (int i = 0; i < LOG_STREAMS; i++) {
		streams[i] = console && i ? -1 : STREAMS + i;
		sinks[i] = source->tee ? SINKS + i : -1;
		if (streams[i] >= 0)
			place(console ? source->console : source->streams[i], streams[i]);
		if (sinks[i] >= 0)
			place(STDOUT_FILENO + i, sinks[i]);
	}
	place(ready, READY);
	if (syscall(SYS_close_range, READY + 1U, ~0U, 0U) || setsid() < 0)
		fail(NULL, "detach from the caller");
	log_pump_begin();
	char made = (char)log_store_open(path, limits);
	let_go();
	(void)write_all(READY, &made, 1); /* if nobody waits any more, the streams end as well */
	(void)close(READY);
	if (console)
		open = take_console();
	if (open)
		(void)log_pump(streams, sinks);
	(void)log_store_close(&why);
	_exit(0);
}

bool log_writer_start(const char *path, const struct log_limits *limits,
                      const struct log_source *source)
{
	int ready[2];
	char made;

	if (pipe2(ready, O_CLOEXEC))
		fail(NULL, "make a pipe");
	int told = fcntl(ready[1], F_DUPFD_CLOEXEC, LOG_WRITER_LEAST);
	(void)close(ready[1]);
	pid_t child = told < 0 ? -1 : fork();
	if (child == 0) {
		/* The writer is to be nobody's child: what is executed here does not know it. */
		pid_t writer = fork();

		if (writer == 0)
			become_writer(path, limits, source, told);
		if (writer < 0)
			fail(NULL, "fork");
		_exit(0);
	}
	if (child < 0)
		fail(NULL, "fork");
	(void)close(told);
	(void)waitpid(child, NULL, 0);
	if (read(ready[0], &made, 1) != 1)
		exit(err_status); /* it has said why */
	(void)close(ready[0]);
	return made;
}
