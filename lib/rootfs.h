/*
 * The file system that a container sees: /proc, /dev, /sys, volumes and tmpfs mounted in a root
 * directory that becomes the root of the mount namespace, the old one being gone.
 */
#ifndef ROOTFS_H
#define ROOTFS_H

#include "cgroup.h"
#include "opt.h"

struct rootfs {
	const char *dir;    /* the root: a directory, or a mount such as ufs-mount makes */
	bool read_only;     /* the root itself; volumes and tmpfs are not concerned */
	bool privileged;    /* the host's devices, /sys and /proc for writing, nothing masked */
	struct list mounts; /* struct extra_mount, as the setters below make them */
	uint64_t shm_size;  /* of /dev/shm, in bytes */
};

/*
 * Option setters; into: the struct rootfs' list of mounts. In both, a colon or backslash within a
 * name is written with a backslash before it.
 *   SOURCE:TARGET[:OPTIONS]  bind with all mounted below; ro, rw, nocopy, copy, or a propagation
 *   TARGET[:OPTIONS]         tmpfs; ro, rw, exec, suid, dev and their opposites, size=, mode=, …
 */
void rootfs_opt_bind(const struct opt *opt, const char *arg);
void rootfs_opt_tmpfs(const struct opt *opt, const char *arg);

/*
 * Make it the root. Afterwards every path is looked up by the kernel below the new root, so that no
 * link in an image leads out of it. Needs a mount namespace that is not the host's, with nothing
 * shared. fail()s; what was mounted until then goes with the mount namespace.
 */
void rootfs_enter(struct rootfs *rootfs);

/* The parts that rootfs_enter() is made of; host: the hierarchies of cgroups as the host has them.
 */
void rootfs_system_mounts(const struct rootfs *rootfs, const struct cgroup *host);
void rootfs_devices(const struct rootfs *rootfs, int old_root);
void rootfs_hide(void);

/* Mount a file system at `target`, which is made if it is missing. fail()s. */
void rootfs_mount(const char *type, const char *target, unsigned long flags, const char *data);

/*
 * Make `path` and what is missing above it, in the current root: a directory, or an empty file.
 * fail()s.
 */
void rootfs_make_target(const char *path, bool directory);

#endif
