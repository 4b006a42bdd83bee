/* /proc, /sys and cgroups of a container, and what is hidden in them: see rootfs.h. */
#define _GNU_SOURCE
#include "rootfs.h"

#include "cgroup.h"
#include "err.h"
#include "sys.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SAFE = MS_NOSUID | MS_NODEV | MS_NOEXEC };

void rootfs_mount(const char *type, const char *target, unsigned long flags, const char *data)
{
	if (mount(type, target, type, flags, data) == 0)
		return;
	if (errno == ENOENT) { /* most images have the mount point: mkdir(2) only where it lacks */
		rootfs_make_target(target, true);
		if (mount(type, target, type, flags, data) == 0)
			return;
	}
	fail(target, "mount %s", type);
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
 * The hierarchies as the host has them, which the cgroup namespace shows from the container's
 * cgroup downwards: one of v2, or one for each of v1's, in a directory of the host's name.
 */
static void mount_cgroups(const struct cgroup *host, bool writable)
{
	unsigned long flags = SAFE | MS_RELATIME | (writable ? 0 : MS_RDONLY);
	char path[300];

	if (host->count == 0)
		return;
	if (host->count == 1 && host->in[0].v2) {
		rootfs_mount("cgroup2", "/sys/fs/cgroup", flags, NULL);
		return;
	}
	rootfs_mount("tmpfs", "/sys/fs/cgroup", SAFE, "mode=755,size=64k");
	for (int i = 0; i < host->count; i++) {
		const struct hierarchy *h = &host->in[i];
		const char *name = strrchr(h->mount, '/') + 1;

		(void)snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", name);
		if (mkdir(path, 0755))
			fail(path, "make the mount point");
		if (mount("cgroup", path, h->v2 ? "cgroup2" : "cgroup", flags,
		          h->v2 ? NULL : h->controllers))
			fail(path, "mount cgroup");
		if (!h->v2)
			link_controllers(h->controllers, name);
	}
	if (mount(NULL, "/sys/fs/cgroup", NULL, MS_REMOUNT | MS_RDONLY | SAFE, "mode=755,size=64k"))
		fail("/sys/fs/cgroup", "make read-only");
}

void rootfs_system_mounts(const struct rootfs *rootfs, const struct cgroup *host)
{
	unsigned long sys_flags = SAFE | (rootfs->privileged ? 0 : MS_RDONLY);
	char shm[64];

	rootfs_mount("proc", "/proc", SAFE, NULL);
	rootfs_mount("sysfs", "/sys", sys_flags, NULL);
	mount_cgroups(host, rootfs->privileged);
	rootfs_mount("tmpfs", "/dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=64m");
	/* Group 5 is tty everywhere; a user namespace may have no group 5. */
	rootfs_make_target("/dev/pts", true);
	if (mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
	          "newinstance,ptmxmode=0666,mode=0620,gid=5"))
		rootfs_mount("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC,
		             "newinstance,ptmxmode=0666,mode=0620");
	(void)snprintf(shm, sizeof(shm), "mode=1777,size=%llu",
	               (unsigned long long)(rootfs->shm_size ? rootfs->shm_size : 64 << 20));
	rootfs_mount("tmpfs", "/dev/shm", SAFE, shm);
	rootfs_mount("mqueue", "/dev/mqueue", SAFE, NULL);
}

/* What Docker keeps from a container's sight, and what it lets it only read. */
static const char *const masked[] = {
        "/proc/acpi",
        "/proc/asound",
        "/proc/interrupts",
        "/proc/kcore",
        "/proc/keys",
        "/proc/latency_stats",
        "/proc/sched_debug",
        "/proc/scsi",
        "/proc/timer_list",
        "/proc/timer_stats",
        "/sys/devices/virtual/powercap",
        "/sys/firmware",
};
static const char *const read_only[] = {
        "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

void rootfs_hide(void)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};

	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++) {
		if (mount("/dev/null", masked[i], NULL, MS_BIND, NULL) == 0 || errno == ENOENT)
			continue;
		if (errno != ENOTDIR ||
		    mount("tmpfs", masked[i], "tmpfs", SAFE | MS_RDONLY, "size=0,mode=755"))
			fail(masked[i], "mask");
	}
	for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++) {
		int tree =
		        sys_open_tree(AT_FDCWD, read_only[i], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

		if (tree < 0 && errno == ENOENT)
			continue;
		if (tree < 0 || sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr) ||
		    sys_move_mount(tree, "", AT_FDCWD, read_only[i], MOVE_MOUNT_F_EMPTY_PATH))
			fail(read_only[i], "make read-only");
		(void)close(tree);
	}
}
