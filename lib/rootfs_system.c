/* /proc, /sys and cgroups of a container: see rootfs.h. */
#define _GNU_SOURCE
#include "rootfs.h"

#include "err.h"
#include "inside.h"
#include "io.h"
#include "sys.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	SAFE = MS_NOSUID | MS_NODEV | MS_NOEXEC,
	SAFE_ATTR = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC
};

int rootfs_new_mount(const char *type, const char *const *options, unsigned int attributes)
{
	CLOSED int fs = sys_fsopen(type, FSOPEN_CLOEXEC);

	if (fs < 0 || sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", type, 0))
		return -1;
	for (; options && *options; options += 2)
		if (sys_fsconfig(fs, FSCONFIG_SET_STRING, options[0], options[1], 0))
			return -1;
	if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -1;
	return sys_fsmount(fs, FSMOUNT_CLOEXEC, attributes);
}

void rootfs_attach(int mount, const char *target)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	CLOSED int at = open(target, flags);

	if (at < 0 && errno == ENOENT) {
		CLOSED int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (root >= 0 && inside_make_in(root, target + 1, true) == 0)
			at = open(target, flags);
	}
	if (at < 0)
		fail(target, "open the mount point");
	if (sys_move_mount(mount, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		fail(target, "mount");
	(void)close(mount);
}

/*
 * In a mount namespace that belongs to a user namespace, the kernel allows a new /proc and /sys
 * only beside one that is visible, hence while the old root is there; and /sys only with a network
 * namespace that belongs to it, too: else there is the host's.
 */
void rootfs_take_system(const struct rootfs *rootfs, struct rootfs_parts *parts)
{
	struct mount_attr attr = {.attr_set = SAFE_ATTR};

	cg_find(&parts->cgroups, "any");
	parts->proc = rootfs_new_mount("proc", NULL, SAFE_ATTR);
	if (parts->proc < 0)
		fail("/proc", "make");
	if (!rootfs->privileged)
		attr.attr_set |= MOUNT_ATTR_RDONLY;
	parts->sys = rootfs_new_mount("sysfs", NULL, (unsigned int)attr.attr_set);
	if (parts->sys >= 0)
		return;
	if (errno == EPERM)
		parts->sys = sys_open_tree(AT_FDCWD, "/sys",
		                           OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (parts->sys < 0 ||
	    sys_mount_setattr(parts->sys, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr))
		fail("/sys", "make");
}

/* A directory of v1 bears the names of its controllers; each by itself is a link to it. */
static void link_controllers(const char *controllers, const char *name)
{
	char *list = xstrdup(controllers), *rest = list, *one;
	char path[300];

	while ((one = strsep(&rest, ",")))
		if (strcmp(one, name) != 0) {
			(void)snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", one);
			if (symlink(name, path))
				fail(path, "link");
		}
	free(list);
}

/*
 * Who mounts v2 in the first cgroup namespace sets the options of the one hierarchy that there is:
 * they have to be those that it has.
 */
static void mount_hierarchy(const struct hierarchy *h, const char *target, bool writable)
{
	unsigned long flags = SAFE | MS_RELATIME | (writable ? 0 : MS_RDONLY);
	const char *type = h->v2 ? "cgroup2" : "cgroup";

	if (mount(type, target, type, flags, h->options) == 0)
		return;
	/* Where /sys is the host's the same may be there, which nothing but others can cover. */
	if (errno != EBUSY || mount("tmpfs", target, "tmpfs", SAFE, "size=4k") ||
	    mount(type, target, type, flags, h->options))
		fail(target, "mount %s", type);
}

/*
 * Where the container has no cgroup of its own, its cgroup namespace shows all of the hierarchy,
 * with the names of others in it.
 */
static bool is_shown(const struct hierarchy *h, const struct list *shown)
{
	size_t length = strlen(h->mount);

	for (size_t i = 0; i < shown->count; i++)
		if (!strncmp(shown->at[i], h->mount, length) && shown->at[i][length] == '/')
			return true;
	return !shown->count;
}

/*
 * The hierarchies as the host has them, which the cgroup namespace shows from the container's
 * cgroup downwards: one of v2, or one for each of v1's, in a directory of the host's name.
 */
static void mount_cgroups(const struct cgroup *host, const struct list *shown, bool writable)
{
	const char *const top = "/sys/fs/cgroup", *const size = "mode=755,size=64k";
	char path[300];

	if (host->count == 0)
		return;
	if (host->count == 1 && host->in[0].v2) {
		mount_hierarchy(&host->in[0], top, writable);
		return;
	}
	if (mount("tmpfs", top, "tmpfs", SAFE, size))
		fail(top, "mount tmpfs");
	for (int i = 0; i < host->count; i++) {
		const struct hierarchy *h = &host->in[i];
		const char *name = strrchr(h->mount, '/') + 1;

		if (!is_shown(h, shown))
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", top, name);
		if (mkdir(path, 0755))
			fail(path, "make the mount point");
		mount_hierarchy(h, path, writable);
		if (!h->v2)
			link_controllers(h->controllers, name);
	}
	if (mount(NULL, top, NULL, MS_REMOUNT | MS_RDONLY | SAFE, size))
		fail(top, "make read-only");
}

void rootfs_mount_system(const struct rootfs *rootfs, const struct rootfs_parts *parts)
{
	rootfs_attach(parts->proc, "/proc");
	rootfs_attach(parts->sys, "/sys");
	mount_cgroups(&parts->cgroups, &rootfs->cgroup_dirs, rootfs->privileged);
}
