/* Streams into a log: see log_pump.h. */
#define _GNU_SOURCE
#include "log_pump.h"

#include "err.h"
#include "io.h"
#include "log_store.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

enum { REST_MS = 1000 };

static char input[64 * 1024] __attribute__((aligned(4096)));

void log_pump_begin(void)
{
	/* SIGXFSZ and SIGPIPE: write(2) tells. */
	static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGXFSZ};
	sigset_t none;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool failed;

/* Our caller's pipe or terminal, which others may have made one that does not block. */
static void pass_on(int *sink, const char *bytes, size_t length)
{
	struct pollfd room = {*sink, POLLOUT, 0};

	while (*sink >= 0 && length) {
		/* It may take long: a pipe that has room has it for so many bytes at least. */
		if (length > PIPE_BUF || poll(&room, 1, 0) == 0) {
			log_store_flush();
			(void)poll(&room, 1, -1);
		}
		ssize_t done = write(*sink, bytes, length);
		if (done >= 0) {
			bytes += done;
			length -= (size_t)done;
		} else if (errno != EINTR && errno != EAGAIN) {
			close_fd(sink); /* nobody reads it any more, or its disk is full */
			*sink = -1;
		}
	}
}

/* false: it has ended. */
static bool take(int fd, enum log_stream stream, int *sink)
{
	ssize_t got = read(fd, input, sizeof(input));

	if (got > 0) {
		log_store_add(stream, input, (size_t)got);
		pass_on(sink, input, (size_t)got);
	}
	if (got >= 0 || errno == EINTR || errno == EAGAIN)
		return got != 0;
	if (errno != EIO) { /* as the master of a pseudo-terminal ends */
		complain(stream == LOG_STDOUT ? "standard input" : "--stderr-fd", "read");
		failed = true;
	}
	return false;
}

/* How the streams are, and how long to wait for more before something is to be done. */
enum state { BUSY, IDLE, RESTED };
static const int patience[] = {[BUSY] = 0, [IDLE] = REST_MS, [RESTED] = -1};

static enum state next_state(enum state state)
{
	if (state == IDLE)
		log_store_add(LOG_STDOUT, NULL, 0); /* a note, if there is one */
	log_store_flush();
	if (state == BUSY || log_store_has_lost())
		return IDLE;
	log_store_rest();
	(void)madvise(input, sizeof(input), MADV_DONTNEED);
	return RESTED;
}

bool log_pump(const int streams[LOG_STREAMS], int sinks[LOG_STREAMS])
{
	struct pollfd polls[LOG_STREAMS];
	enum state state = RESTED;
	int open = 0;

	for (int i = 0; i < LOG_STREAMS; i++) {
		polls[i] = (struct pollfd){streams[i], POLLIN, 0};
		open += streams[i] >= 0;
	}
	while (open) {
		int ready = poll(polls, LOG_STREAMS, patience[state]);

		if (ready == 0)
			state = next_state(state);
		for (int i = 0; ready > 0 && i < LOG_STREAMS; i++) {
			if (!polls[i].revents)
				continue;
			state = BUSY;
			if (take(polls[i].fd, (enum log_stream)i, &sinks[i]))
				continue;
			(void)close(polls[i].fd);
			polls[i].fd = -1;
			open--;
		}
	}
	return !failed;
}
