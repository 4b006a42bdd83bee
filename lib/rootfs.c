/* A container's root: see rootfs.h. */
#define _GNU_SOURCE
#include "rootfs.h"

#include "err.h"
#include "inside.h"
#include "io.h"
#include "mounts.h"
#include "sys.h"
#include <errno.h>
#include <sys/stat.h>

/*
 * Let the old root go. Read-only first: through /proc/PID/exe of a process that still runs a
 * program of the host, this one, its file could otherwise be written from inside (CVE-2019-5736).
 */
static void drop_old_root(int old_root)
{
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};

	if (sys_mount_setattr(old_root, "", AT_EMPTY_PATH | AT_RECURSIVE, &read_only)) {
		if (errno == EBUSY)
			refuse("the old root",
			       "make read-only: a file is open for writing that was opened in this "
			       "mount namespace");
		fail("the old root", "make read-only");
	}
	if (fchdir(old_root) || umount2(".", MNT_DETACH) || chdir("/"))
		fail("the old root", "unmount");
}

/*
 * pivot_root(2) wants a mount, so the directory is bound to itself. The old root ends up on top of
 * the new one, where `..` in the root leads to it: it has to be gone before anything of an image
 * is looked up.
 */
static void pivot(const char *dir)
{
	CLOSED int old_root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLOSED int at = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLOSED int new_root = -1;

	if (old_root < 0)
		fail("/", "open");
	if (at < 0)
		fail(dir, "open the root");
	new_root =
	        sys_open_tree(at, "",
	                      AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (new_root < 0 ||
	    sys_move_mount(new_root, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		fail(dir, "mount the root on itself");
	if (fchdir(new_root))
		fail(dir, "change to the root");
	if (sys_pivot_root(".", ".")) {
		if (errno == EINVAL)
			refuse(dir, "pivot_root: the present root is no mount (chroot, initramfs)");
		fail(dir, "pivot_root");
	}
	drop_old_root(old_root);
}

static void make_workdir(const char *path)
{
	CLOSED int fd = inside_make(path, true);

	if (fd < 0)
		fail(path, "make the working directory");
}

void rootfs_enter(struct rootfs *rootfs)
{
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
	struct rootfs_parts parts;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		fail("/", "make mounts private");
	rootfs_take_system(rootfs, &parts);
	rootfs_take_devices(rootfs, &parts);
	mounts_take(&rootfs->mounts);
	pivot(rootfs->dir);

	inside_tell(rootfs->made_fd);
	rootfs_mount_system(rootfs, &parts);
	rootfs_mount_devices(rootfs, &parts);
	CLOSED int null = open("/dev/null", O_PATH | O_CLOEXEC);
	mounts_attach(&rootfs->mounts);
	if (!rootfs->privileged)
		rootfs_hide(null);
	inside_tell(-1); /* the working directory is the command's */
	make_workdir(rootfs->workdir);
	if (rootfs->read_only && sys_mount_setattr(AT_FDCWD, "/", 0, &read_only))
		fail("/", "make read-only");
}
