/* A container's root: see rootfs.h. */
#define _GNU_SOURCE
#include "rootfs.h"

#include "err.h"
#include "io.h"
#include "mounts.h"
#include "sys.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

void rootfs_make_target(const char *path, bool directory)
{
	FREED char *copy = xstrdup(path);
	char *name = strrchr(copy, '/');

	if (directory) {
		if (make_path(copy, 0755))
			fail(path, "make the mount point");
		return;
	}
	*name = '\0';
	if (*copy && make_path(copy, 0755))
		fail(path, "make the directory of the mount point");
	CLOSED int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0644);
	/* A socket or a device without driver cannot be opened, but is there. */
	if (fd < 0 && access(path, F_OK))
		fail(path, "make the mount point");
}

/*
 * pivot_root(2) wants a mount: a directory that is none is bound to itself. The old root ends up on
 * top of the new one, where no path leads to it but the descriptor that is returned.
 */
static int pivot(const char *dir)
{
	int old_root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLOSED int new_root =
	        sys_open_tree(AT_FDCWD, dir, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	if (old_root < 0)
		fail("/", "open");
	if (new_root < 0)
		fail(dir, "open the root");
	if (sys_move_mount(new_root, "", AT_FDCWD, dir, MOVE_MOUNT_F_EMPTY_PATH))
		fail(dir, "mount the root on itself");
	if (fchdir(new_root))
		fail(dir, "change to the root");
	if (sys_pivot_root(".", ".")) {
		if (errno == EINVAL)
			refuse(dir,
			       "pivot_root: the mount above it is shared, or the present root is "
			       "the initramfs");
		fail(dir, "pivot_root");
	}
	return old_root;
}

/*
 * Let the old root go. Read-only first: through /proc/PID/exe of a process that still runs a
 * program of the host, this one, its file could otherwise be written from inside (CVE-2019-5736).
 */
static void drop_old_root(int old_root)
{
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};

	if (sys_mount_setattr(old_root, "", AT_EMPTY_PATH | AT_RECURSIVE, &read_only))
		fail("the old root", "make read-only");
	if (fchdir(old_root) || umount2(".", MNT_DETACH) || chdir("/"))
		fail("the old root", "unmount");
	(void)close(old_root);
}

void rootfs_enter(struct rootfs *rootfs)
{
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};

	struct cgroup host;

	/* What is the host's has to be seen, or taken hold of, before its root is out of sight. */
	cg_find(&host, "any");
	mounts_prepare(&rootfs->mounts);
	int old_root = pivot(rootfs->dir);

	/*
	 * The old root stays mounted until the rest is done: where the mount namespace belongs to a
	 * user namespace, the kernel allows a new /proc and /sys only beside one that is visible.
	 */
	rootfs_system_mounts(rootfs, &host);
	rootfs_devices(rootfs, old_root);
	mounts_attach(&rootfs->mounts);
	if (!rootfs->privileged)
		rootfs_hide();
	if (rootfs->read_only && sys_mount_setattr(AT_FDCWD, "/", 0, &read_only))
		fail("/", "make read-only");
	drop_old_root(old_root);
}
