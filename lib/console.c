/* A terminal of the container's own: see console.h. */
#define _GNU_SOURCE
#include "console.h"

#include "err.h"
#include "fd_pass.h"
#include "inside.h"
#include "io.h"
#include "sys.h"
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/* What programs, and kernel messages to the console, open by name. */
static void bind_console(int slave)
{
	const char *const path = "/dev/console";
	CLOSED int at = inside_make(path, false);
	CLOSED int tree =
	        sys_open_tree(slave, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (at < 0 || tree < 0 ||
	    sys_move_mount(tree, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		fail(path, "bind the terminal");
}

void console_open(int socket, uid_t uid, bool everywhere)
{
	const char *ptmx = "/dev/pts/ptmx";
	CLOSED int master = inside_open(ptmx, O_RDWR | O_NOCTTY);
	int unlock = 0;

	if (master < 0)
		fail(ptmx, "open");
	if (ioctl(master, TIOCSPTLCK, &unlock))
		fail(ptmx, "unlock");
	int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		fail(ptmx, "open the terminal");
	if (fchown(slave, uid, (gid_t)-1) || fchmod(slave, 0620))
		fail(NULL, "give the terminal to user %u", uid);
	if (everywhere)
		bind_console(slave);
	if (fd_send(socket, master))
		fail("--console-fd", "send the terminal");
	(void)close(socket);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(slave, fd) < 0)
			fail(NULL, "make the terminal descriptor %d", fd);
	if (slave > 2)
		(void)close(slave);
}

void console_control(void)
{
	if (setsid() < 0 && errno != EPERM) /* EPERM: the leader of a session already */
		fail(NULL, "start a session");
	if (ioctl(STDIN_FILENO, TIOCSCTTY, 0))
		fail(NULL, "make the terminal the controlling one");
}
