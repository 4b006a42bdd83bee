/* Descriptors through sockets: see fd_pass.h. */
#define _GNU_SOURCE
#include "fd_pass.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { PATIENCE_MS = 1000 }; /* with a peer that has no such manners */

union control {
	struct cmsghdr header; /* for its alignment */
	char space[CMSG_SPACE(sizeof(int))];
};

int fd_send(int socket, int fd)
{
	union control control = {0};
	struct iovec data = {.iov_base = (char[]){'f'}, .iov_len = 1};
	struct msghdr message = {.msg_iov = &data,
	                         .msg_iovlen = 1,
	                         .msg_control = control.space,
	                         .msg_controllen = sizeof(control.space)};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(socket, &message, MSG_NOSIGNAL) != 1)
		return -1;
	(void)poll(&(struct pollfd){.fd = socket, .events = POLLIN}, 1, PATIENCE_MS);
	return 0;
}

int fd_receive(int socket)
{
	union control control = {0};
	char byte;
	struct iovec data = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &data,
	                         .msg_iovlen = 1,
	                         .msg_control = control.space,
	                         .msg_controllen = sizeof(control.space)};
	int fd;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0)
		return -1;
	if (message.msg_controllen < CMSG_LEN(sizeof(fd)) ||
	    control.header.cmsg_type != SCM_RIGHTS) {
		errno = ENOMSG;
		return -1;
	}
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

/* In one message: SCM_MAX_FD of the kernel, and what musl sends. */
enum { MOST = 253, SENT = 250 };
union many {
	struct cmsghdr header;
	char space[CMSG_SPACE(MOST * sizeof(int))];
};

static int send_some(int socket, const int *fds, size_t count)
{
	union many control = {0};
	struct iovec data = {.iov_base = (char[]){'f'}, .iov_len = 1};
	struct msghdr message = {.msg_iov = &data,
	                         .msg_iovlen = 1,
	                         .msg_control = control.space,
	                         .msg_controllen = CMSG_SPACE(count * sizeof(*fds))};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(count * sizeof(*fds));
	memcpy(CMSG_DATA(&control.header), fds, count * sizeof(*fds));
	return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int fds_send(int socket, const int *fds, size_t count)
{
	for (size_t some; count; fds += some, count -= some) {
		some = count < SENT ? count : SENT;
		if (send_some(socket, fds, some))
			return -1;
	}
	return 0;
}

int fds_receive(int socket, struct fds *into)
{
	union many control = {0};
	char bytes[64];
	struct iovec data = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct msghdr message = {.msg_iov = &data,
	                         .msg_iovlen = 1,
	                         .msg_control = control.space,
	                         .msg_controllen = sizeof(control.space)};

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0)
		return -1;
	if (message.msg_controllen > CMSG_LEN(0) && control.header.cmsg_type == SCM_RIGHTS)
		for (size_t at = CMSG_LEN(0); at + sizeof(int) <= control.header.cmsg_len;
		     at += sizeof(int)) {
			int fd;

			memcpy(&fd, control.space + at, sizeof(fd));
			fds_add(into, fd);
		}
	if (message.msg_flags & MSG_CTRUNC) {
		errno = EMFILE;
		return -1;
	}
	return 0;
}
