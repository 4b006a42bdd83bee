/*
 * A terminal of the container's own.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Make a pseudo-terminal out of the devpts at /dev/pts, owned by uid, send its master through the
 * unix socket `socket` (fd_pass.h), close that, and make the slave descriptors 0, 1 and 2. With
 * `everywhere` /dev/console becomes it, too. pty(7), unix(7). fail()s.
 */
void console_open(int socket, uid_t uid, bool everywhere);

/*
 * Become the leader of a session whose controlling terminal is the one on descriptor 0:
 * ioctl_tty(2). fail()s.
 */
void console_control(void);

#endif
