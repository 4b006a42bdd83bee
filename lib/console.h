/*
 * A terminal of the container's own.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <sys/types.h>

/*
 * Make a pseudo-terminal out of the devpts at /dev/pts, send its master through the unix
 * socket `socket` (fd_pass.h), close that, and make the slave the controlling terminal and
 * descriptors 0, 1 and 2 of the caller, which becomes a session leader; the terminal is owned by
 * uid. /dev/console becomes it, too. pty(7), unix(7), ioctl_tty(2). fail()s.
 */
void console_open(int socket, uid_t uid);

#endif
