/* A container's /dev: see rootfs.h. */
#define _GNU_SOURCE
#include "rootfs.h"

#include "err.h"
#include "io.h"
#include "sys.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { SAFE = MS_NOSUID | MS_NODEV | MS_NOEXEC };

static const struct {
	const char *name;
	unsigned int major, minor;
} nodes[ROOTFS_NODES] = {
        {"null",    1, 3},
        {"zero",    1, 5},
        {"full",    1, 7},
        {"tty",     5, 0},
        {"random",  1, 8},
        {"urandom", 1, 9},
};

static const struct {
	const char *target, *name;
} links[] = {
        {"/proc/self/fd",   "fd"    },
        {"/proc/self/fd/0", "stdin" },
        {"/proc/self/fd/1", "stdout"},
        {"/proc/self/fd/2", "stderr"},
        {"/proc/kcore",     "core"  },
        {"pts/ptmx",        "ptmx"  },
};

/* In a user namespace mknod(2) is refused: there the host's own node will be bound. */
static void make_nodes(int host_dev, int dev, int *bound)
{
	for (size_t i = 0; i < ROOTFS_NODES; i++) {
		const char *name = nodes[i].name;

		bound[i] = -1;
		if (mknodat(dev, name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)) ==
		    0)
			continue;
		if (errno != EPERM)
			fail(name, "make the device");
		bound[i] = sys_open_tree(host_dev, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		if (bound[i] < 0)
			fail(name, "open the host's device");
		if (mknodat(dev, name, S_IFREG, 0))
			fail(name, "make the mount point");
	}
}

/*
 * For a privileged container: the device nodes of the host's /dev, with owner and mode, that are
 * there now. What else is mounted there is left out, and the console, which is not shared.
 */
static void copy_nodes(int from, int to)
{
	int again = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	struct stat own, st;

	if (!dir || fstat(from, &own))
		fail("/dev", "read the host's");
	for (struct dirent *entry; (entry = readdir(dir));) {
		const char *name = entry->d_name;

		if (*name == '.' || !strcmp(name, "console") ||
		    fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (S_ISDIR(st.st_mode) && st.st_dev == own.st_dev) {
			CLOSED int below = openat(from, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
			if (below < 0 || (mkdirat(to, name, 0755) && errno != EEXIST))
				fail(name, "make the directory of devices");
			CLOSED int copy = openat(to, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
			copy_nodes(below, copy);
		} else if ((S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) &&
		           mknodat(to, name, st.st_mode, st.st_rdev) == 0 &&
		           fchownat(to, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW)) {
			fail(name, "set the owner");
		}
	}
	(void)closedir(dir);
}

void rootfs_take_devices(const struct rootfs *rootfs, struct rootfs_parts *parts)
{
	static const char *const options[] = {"mode", "755", "size", "64m", NULL};
	CLOSED int host_dev = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);

	parts->dev = rootfs_new_mount("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME);
	if (host_dev < 0 || parts->dev < 0)
		fail("/dev", "make");
	mode_t before = umask(0);
	make_nodes(host_dev, parts->dev, parts->nodes);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlinkat(links[i].target, parts->dev, links[i].name))
			fail(links[i].name, "link");
	if (mkdirat(parts->dev, "pts", 0755) || mkdirat(parts->dev, "shm", 0755) ||
	    mkdirat(parts->dev, "mqueue", 0755))
		fail("/dev", "make the mount points");
	if (rootfs->privileged)
		copy_nodes(host_dev, parts->dev);
	(void)umask(before);
}

void rootfs_mount_devices(const struct rootfs *rootfs, const struct rootfs_parts *parts)
{
	const char *const pts = "newinstance,ptmxmode=0666,mode=0620";
	const char *const pts_tty = "newinstance,ptmxmode=0666,mode=0620,gid=5";
	unsigned long long shm_size = rootfs->shm_size ? rootfs->shm_size : 64 << 20;
	char path[32], shm[64];

	rootfs_attach(parts->dev, "/dev");
	for (size_t i = 0; i < ROOTFS_NODES; i++) {
		if (parts->nodes[i] < 0)
			continue;
		(void)snprintf(path, sizeof(path), "/dev/%s", nodes[i].name);
		if (sys_move_mount(parts->nodes[i], "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH))
			fail(path, "bind the host's device");
		(void)close(parts->nodes[i]);
	}
	/* Group 5 is tty everywhere; a user namespace may have no group 5. */
	if (mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, pts_tty) &&
	    mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, pts))
		fail("/dev/pts", "mount devpts");
	(void)snprintf(shm, sizeof(shm), "mode=1777,size=%llu", shm_size);
	if (mount("shm", "/dev/shm", "tmpfs", SAFE, shm))
		fail("/dev/shm", "mount tmpfs");
	if (mount("mqueue", "/dev/mqueue", "mqueue", SAFE, NULL))
		fail("/dev/mqueue", "mount mqueue");
}
