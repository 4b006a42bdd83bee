/* The nodes and links of a container's /dev: see rootfs.h. */
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

static const struct {
	const char *name;
	unsigned int major, minor;
} nodes[] = {
        {"null",    1, 3},
        {"zero",    1, 5},
        {"full",    1, 7},
        {"tty",     5, 0},
        {"random",  1, 8},
        {"urandom", 1, 9},
};

static const struct {
	const char *target, *path;
} links[] = {
        {"/proc/self/fd",   "/dev/fd"    },
        {"/proc/self/fd/0", "/dev/stdin" },
        {"/proc/self/fd/1", "/dev/stdout"},
        {"/proc/self/fd/2", "/dev/stderr"},
        {"/proc/kcore",     "/dev/core"  },
        {"pts/ptmx",        "/dev/ptmx"  },
};

/* In a user namespace mknod(2) is refused: there the host's own node is bound. */
static void make_node(int old_root, const char *name, mode_t mode, dev_t device)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "/dev/%s", name);
	if (mknod(path, mode, device) == 0)
		return;
	if (errno != EPERM)
		fail(path, "make the device");
	CLOSED int tree = sys_open_tree(old_root, path + 1, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		fail(path, "open the host's device");
	rootfs_make_target(path, false);
	if (sys_move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH))
		fail(path, "bind the host's device");
}

/*
 * For a privileged container: the device nodes of the host's /dev, with owner and mode, that are
 * there now. below: path relative to /dev, "" or "dir/". /dev/pts is the container's own.
 */
static void copy_nodes(int host_dev, const char *below)
{
	int fd = openat(host_dev, *below ? below : ".",
	                O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (!dir)
		fail("/dev", "read the host's %s", below);
	while ((entry = readdir(dir))) {
		FREED char *name = xprintf("%s%s", below, entry->d_name);
		FREED char *path = xprintf("/dev/%s", name);

		if (entry->d_name[0] == '.' || !strcmp(name, "pts") || !strcmp(name, "console") ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (S_ISDIR(st.st_mode)) {
			FREED char *deeper = xprintf("%s/", name);

			if (mkdir(path, 0755) == 0 || errno == EEXIST)
				copy_nodes(host_dev, deeper);
		} else if ((S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) &&
		           mknod(path, st.st_mode, st.st_rdev) == 0 &&
		           chown(path, st.st_uid, st.st_gid)) {
			fail(path, "set the owner");
		}
	}
	(void)closedir(dir);
}

void rootfs_devices(const struct rootfs *rootfs, int old_root)
{
	mode_t before = umask(0);

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		make_node(old_root, nodes[i].name, S_IFCHR | 0666,
		          makedev(nodes[i].major, nodes[i].minor));
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i].target, links[i].path))
			fail(links[i].path, "link");
	if (rootfs->privileged) {
		CLOSED int host_dev = openat(old_root, "dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (host_dev < 0)
			fail("/dev", "open the host's");
		copy_nodes(host_dev, "");
	}
	(void)umask(before);
}
