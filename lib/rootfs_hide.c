/* What of /proc and /sys is hidden from a container, or only to be read: see rootfs.h. */
#define _GNU_SOURCE
#include "rootfs.h"

#include "err.h"
#include "inside.h"
#include "io.h"
#include "sys.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* Docker's lists. */
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

static int clone_onto(int what, int at, struct mount_attr *attr)
{
	CLOSED int tree =
	        sys_open_tree(what, "",
	                      AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	if (tree < 0 || (attr && sys_mount_setattr(tree, "", AT_EMPTY_PATH, attr)))
		return -1;
	return sys_move_mount(tree, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

/* A directory becomes an empty one, anything else /dev/null. False: there is no such thing. */
static bool mask(const char *path, int null)
{
	CLOSED int at = inside_open(path, O_PATH);
	struct stat st;
	char name[32];

	if (at < 0 && errno == ENOENT)
		return false;
	if (at < 0 || fstat(at, &st))
		fail(path, "mask");
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", at);
	if (S_ISDIR(st.st_mode) ? mount("tmpfs", name, "tmpfs",
	                                MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, "mode=755")
	                        : clone_onto(null, at, NULL))
		fail(path, "mask");
	return true;
}

/* From how a processor is throttled, other containers' work could be guessed. */
static void mask_throttling(int null)
{
	char path[80];

	for (int cpu = 0;; cpu++) {
		(void)snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d", cpu);
		if (access(path, F_OK))
			return;
		(void)snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/thermal_throttle",
		               cpu);
		(void)mask(path, null);
	}
}

void rootfs_hide(int null)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};

	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
		(void)mask(masked[i], null);
	mask_throttling(null);
	for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++) {
		CLOSED int at = inside_open(read_only[i], O_PATH);

		if (at < 0 && errno == ENOENT)
			continue;
		if (at < 0 || clone_onto(at, at, &attr))
			fail(read_only[i], "make read-only");
	}
}
