/*
 * Bytes from one descriptor to another through a buffer, for a poll(2) loop: a slow reader holds
 * the writer up, and nothing is lost or comes in another order.
 */
#ifndef FLOW_H
#define FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct flow {
	int from, to; /* -1: ended */
	size_t start, end;
	char data[16384]; /* start to end are still to be written */
};

/*
 * What to poll for: the buffer is read into only when it is empty. -1, which poll(2) passes over,
 * where there is nothing to wait for: a descriptor that hung up would be reported all the time.
 */
int flow_source(const struct flow *flow);
int flow_sink(const struct flow *flow);

/* Read once. As read(2), but -1 with EAGAIN for an interrupted one. */
ssize_t flow_read(struct flow *flow);

/* Write once, as much as is taken. 0, or -1 with errno when it will never be taken. */
int flow_write(struct flow *flow);

/*
 * A descriptor of our own for writing to the terminal or pipe `fd` that does not block, whatever
 * others do with theirs; fd itself where there is no such thing (files, sockets). CLOEXEC.
 */
int flow_own_sink(int fd);

#endif
