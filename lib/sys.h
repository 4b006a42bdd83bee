/*
 * System calls and constants newer than the C library may be: glibc has had the mount calls since
 * 2.36, musl has none of them. Meaning, errors and ownership are those of the man page named.
 */
#ifndef SYS_H
#define SYS_H

#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef OPEN_TREE_CLONE /* linux/mount.h, which clashes with sys/mount.h of glibc 2.36 */
#define OPEN_TREE_CLONE         1
#define MOVE_MOUNT_F_EMPTY_PATH 0x00000004
#define MOVE_MOUNT_T_EMPTY_PATH 0x00000040
#define FSCONFIG_SET_FLAG       0
#define FSCONFIG_SET_STRING     1
#define FSCONFIG_SET_FD         5
#define FSCONFIG_CMD_CREATE     6
#define FSOPEN_CLOEXEC          1
#define FSMOUNT_CLOEXEC         1
#define MOUNT_ATTR_RDONLY       0x00000001
#define MOUNT_ATTR_NOSUID       0x00000002
#define MOUNT_ATTR_NODEV        0x00000004
#define MOUNT_ATTR_NOEXEC       0x00000008
#define MOUNT_ATTR__ATIME       0x00000070
#define MOUNT_ATTR_NOATIME      0x00000010
#define MOUNT_ATTR_STRICTATIME  0x00000020
struct mount_attr {
	uint64_t attr_set, attr_clr, propagation, userns_fd;
};
#endif
#ifndef OPEN_TREE_CLOEXEC
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* open_tree(2): a descriptor of a mount, or (OPEN_TREE_CLONE) of a detached copy of it */
static inline int sys_open_tree(int dir, const char *path, unsigned int flags)
{
	return (int)syscall(SYS_open_tree, dir, path, flags);
}

/* move_mount(2): attach the mount that a descriptor stands for */
static inline int sys_move_mount(int from, const char *path, int to, const char *at, unsigned flags)
{
	return (int)syscall(SYS_move_mount, from, path, to, at, flags);
}

/* mount_setattr(2), Linux 5.12 */
static inline int sys_mount_setattr(int dir, const char *path, unsigned int flags,
                                    struct mount_attr *attr)
{
	return (int)syscall(SYS_mount_setattr, dir, path, flags, attr, sizeof(*attr));
}

/* fsopen(2), fsconfig(2), fsmount(2): a file system by steps, without a page's limit on options */
static inline int sys_fsopen(const char *type, unsigned int flags)
{
	return (int)syscall(SYS_fsopen, type, flags);
}

static inline int sys_fsconfig(int fs, unsigned int command, const char *key, const void *value,
                               int aux)
{
	return (int)syscall(SYS_fsconfig, fs, command, key, value, aux);
}

static inline int sys_fsmount(int fs, unsigned int flags, unsigned int attributes)
{
	return (int)syscall(SYS_fsmount, fs, flags, attributes);
}

/* pivot_root(2) */
static inline int sys_pivot_root(const char *new_root, const char *put_old)
{
	return (int)syscall(SYS_pivot_root, new_root, put_old);
}

/* clone3(2), without a stack of its own: returns twice, as fork(2) */
static inline pid_t sys_clone3(struct clone_args *args)
{
	return (pid_t)syscall(SYS_clone3, args, sizeof(*args));
}

/* openat2(2): resolve says how far the path may lead, as RESOLVE_IN_ROOT */
static inline int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = resolve};

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

#endif
