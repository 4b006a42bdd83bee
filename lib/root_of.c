/* The root of a process: see root_of.h. */
#define _GNU_SOURCE
#include "root_of.h"

#include "err.h"
#include "io.h"
#include "process.h"
#include "sys.h"
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

/* In the child, whose exit status is an errno. */
static _Noreturn void copy_root(int namespace, int slot)
{
	if (setns(namespace, CLONE_NEWNS))
		_exit(errno);
	int mount = sys_open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (mount < 0 || dup3(mount, slot, O_CLOEXEC) < 0)
		_exit(errno);
	_exit(0);
}

/*
 * A mount is copied from inside of its namespace alone. Who enters that loses its own root and
 * directory, so a child does, which shares our descriptors.
 */
int root_of(pid_t pid, uint64_t start)
{
	char path[32], object[16];
	int status;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	(void)snprintf(object, sizeof(object), "%d", pid);
	CLOSED int namespace = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace < 0 && errno != ENOENT)
		fail(object, "open its mount namespace");
	/* Asked when the namespace is open: it is that of whoever has the pid now. */
	unsigned long long now = process_start(pid);
	if (namespace < 0 || !now || (start && now != start))
		refuse(object, "there is no such process any more");
	int slot = open("/", O_PATH | O_CLOEXEC);
	if (slot < 0)
		fail("/", "open");
	/* No SIGCHLD: where our caller ignores that, nobody could be waited for. */
	pid_t child = sys_clone3(&(struct clone_args){.flags = CLONE_FILES});
	if (child == 0)
		copy_root(namespace, slot);
	if (child < 0)
		fail(object, "fork");
	while (waitpid(child, &status, __WALL) < 0)
		if (errno != EINTR)
			fail(object, "wait for who copies its root mount");
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	if (errno)
		fail(object, "copy its root mount");
	return slot;
}
