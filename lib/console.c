/* A terminal of the container's own: see console.h. */
#define _GNU_SOURCE
#include "console.h"

#include "err.h"
#include "io.h"
#include "sys.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

static void send_descriptor(int socket, int fd)
{
	union {
		struct cmsghdr header; /* for its alignment */
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec data = {.iov_base = (char[]){'t'}, .iov_len = 1};
	struct msghdr message = {.msg_iov = &data,
	                         .msg_iovlen = 1,
	                         .msg_control = control.space,
	                         .msg_controllen = sizeof(control.space)};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(socket, &message, MSG_NOSIGNAL) != 1)
		fail("--console-fd", "send the terminal");
}

void console_open(int socket, uid_t uid)
{
	const char *ptmx = "/dev/pts/ptmx", *console = "/dev/console";
	CLOSED int master = open(ptmx, O_RDWR | O_NOCTTY | O_CLOEXEC);
	int unlock = 0;
	unsigned int number;
	char path[32];

	if (master < 0)
		fail(ptmx, "open");
	if (ioctl(master, TIOCSPTLCK, &unlock) || ioctl(master, TIOCGPTN, &number))
		fail(ptmx, "unlock");
	(void)snprintf(path, sizeof(path), "/dev/pts/%u", number);
	int slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		fail(path, "open");
	if (fchown(slave, uid, (gid_t)-1) || fchmod(slave, 0620))
		fail(path, "give to user %u", uid);
	CLOSED int made = open(console, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (made < 0 || mount(path, console, NULL, MS_BIND, NULL))
		fail(console, "bind the terminal");
	send_descriptor(socket, master);
	if (setsid() < 0 && errno != EPERM) /* EPERM: the leader of a session already */
		fail(NULL, "start a session");
	if (ioctl(slave, TIOCSCTTY, 0))
		fail(path, "become the controlling terminal");
	for (int fd = 0; fd < 3; fd++)
		if (dup2(slave, fd) < 0)
			fail(path, "become descriptor %d", fd);
	if (slave > 2)
		(void)close(slave);
}
