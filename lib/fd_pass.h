/*
 * A descriptor through a unix socket: unix(7), SCM_RIGHTS.
 */
#ifndef FD_PASS_H
#define FD_PASS_H

#include "fds.h"

/*
 * Send fd along with one byte, and wait (for a second at most) until the peer answers or closes its
 * end: then it has done with fd what has to be done first. 0, or -1 with errno; a peer that is gone
 * is EPIPE and no signal.
 */
int fd_send(int socket, int fd);

/*
 * Receive the descriptor that is waiting, CLOEXEC, the caller's to close. -1 with errno: EAGAIN
 * when nothing is there yet, ENOMSG when what is there is none: the peer closed, or sent mere
 * bytes.
 */
int fd_receive(int socket);

/*
 * Many at once, in as few messages as it takes, without waiting for anybody. 0, or -1 with errno,
 * EAGAIN if there is no room and the socket does not wait; the first ones may have been sent then.
 */
int fds_send(int socket, const int *fds, size_t count);

/*
 * Add the descriptors of the message that is waiting, CLOEXEC; it may have none. 0, or -1 with
 * errno: EAGAIN when nothing is there; EMFILE: some did not fit into the process, and are lost.
 */
int fds_receive(int socket, struct fds *into);

#endif
