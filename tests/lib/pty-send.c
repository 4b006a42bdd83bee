/*
 * pty-send [--file] N COMMAND [ARG...]: do what a container's first process does with its terminal:
 * open a pseudo-terminal, send its master through the unix socket N, become the leader of a session
 * that it controls, with it as descriptors 0, 1 and 2, and exec the command. For tests of tty-relay
 * without a container. With --file it sends what is no terminal.
 */
#define _GNU_SOURCE
#include "err.h"
#include "fd_pass.h"
#include "io.h"
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	bool file = argc > 1 && strcmp(argv[1], "--file") == 0;

	argv += file;
	if (argc - file < 3)
		refuse(NULL, "usage: pty-send [--file] N COMMAND [ARG...]");
	int socket = atoi(argv[1]);
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) || unlockpt(master))
		fail("/dev/ptmx", "open");
	int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		fail(ptsname(master), "open");
	if (fd_send(socket, file ? open("/dev/null", O_RDWR | O_CLOEXEC) : master))
		fail(argv[1], "send");
	(void)close(socket);
	if (setsid() < 0 || ioctl(slave, TIOCSCTTY, 0))
		fail(NULL, "a session of its own");
	for (int fd = 0; fd < 3; fd++)
		if (dup2(slave, fd) < 0)
			fail(NULL, "dup2");
	exec_command(argv + 2);
}
