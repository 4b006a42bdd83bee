/* A gate between a child and its parent: see gate.h. */
#define _GNU_SOURCE
#include "gate.h"

#include "err.h"
#include "io.h"
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

void gate_make(struct gate *gate)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		fail(NULL, "make a pair of sockets");
	gate->child = ends[0];
	gate->parent = ends[1];
}

void gate_in_child(struct gate *gate)
{
	(void)close(gate->parent);
	gate->parent = -1;
}

void gate_wait(const struct gate *gate)
{
	char go;

	if (write_all(gate->child, "r", 1) || read(gate->child, &go, 1) != 1)
		_exit(STATUS_OWN);
}

void gate_follow_parent(const struct gate *gate)
{
	struct pollfd end = {.fd = gate->child};

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || poll(&end, 1, 0))
		_exit(STATUS_OWN);
}

bool gate_is_reached(struct gate *gate)
{
	char ready;

	(void)close(gate->child);
	gate->child = -1;
	return read(gate->parent, &ready, 1) == 1;
}

void gate_open(const struct gate *gate)
{
	if (write_all(gate->parent, "g", 1))
		fail(NULL, "let the child go");
}
