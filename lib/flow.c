/* Bytes from here to there: see flow.h. */
#define _GNU_SOURCE
#include "flow.h"

#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

int flow_source(const struct flow *flow)
{
	return flow->start == flow->end && flow->to >= 0 ? flow->from : -1;
}

int flow_sink(const struct flow *flow)
{
	return flow->start < flow->end ? flow->to : -1;
}

ssize_t flow_read(struct flow *flow)
{
	ssize_t got = read(flow->from, flow->data, sizeof(flow->data));

	if (got < 0 && errno == EINTR)
		errno = EAGAIN;
	flow->start = 0;
	flow->end = got > 0 ? (size_t)got : 0;
	return got;
}

int flow_write(struct flow *flow)
{
	ssize_t done = write(flow->to, flow->data + flow->start, flow->end - flow->start);

	if (done < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	flow->start += (size_t)done;
	return 0;
}

int flow_own_sink(int fd)
{
	struct stat st;
	char path[32];

	/* O_NONBLOCK on fd itself would be there for all who share it, the caller's shell among
	 * them; a file opened anew would be written from its beginning. */
	if (fstat(fd, &st) || (!isatty(fd) && !S_ISFIFO(st.st_mode)))
		return fd;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return own < 0 ? fd : own;
}
