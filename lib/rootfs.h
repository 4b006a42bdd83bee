/*
 * The file system that a container sees: /proc, /dev, /sys, volumes and tmpfs mounted in a root
 * directory that becomes the root of the mount namespace, the old one being gone.
 */
#ifndef ROOTFS_H
#define ROOTFS_H

#include "cgroup.h"
#include "opt.h"

struct rootfs {
	const char *dir;     /* the root: a directory, or a mount such as ufs-mount makes */
	const char *workdir; /* made in it if it is missing */
	bool read_only;      /* the root itself; volumes and tmpfs are not concerned */
	struct list
	        cgroup_dirs; /* only the hierarchies of these cgroups are to be seen; none: all */
	bool privileged;     /* the host's devices, /sys and /proc for writing, nothing masked */
	struct list mounts;  /* struct extra_mount, as the setters below make them */
	uint64_t shm_size;   /* of /dev/shm, in bytes */
	int made_fd;         /* to tell what is made to mount on, see inside_tell(); -1: nobody */
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
 * Make it the root. Nothing of an image is looked at before the old root is gone, so that no link
 * in it leads out. Needs a mount namespace that is not the host's; propagation to and from others
 * ends here. fail()s; what was mounted until then goes with the mount namespace.
 */
void rootfs_enter(struct rootfs *rootfs);

enum { ROOTFS_NODES = 6 };

/* What has to be taken hold of while the host's file system is there. Mounts are detached yet. */
struct rootfs_parts {
	struct cgroup cgroups;   /* the hierarchies as the host has them */
	int proc, sys, dev;      /* mounts */
	int nodes[ROOTFS_NODES]; /* of the host, where no device can be made; else -1 */
};

/* The parts that rootfs_enter() is made of: the first two before it changes the root. fail() all.
 */
void rootfs_take_system(const struct rootfs *rootfs, struct rootfs_parts *parts);
void rootfs_take_devices(const struct rootfs *rootfs, struct rootfs_parts *parts);
void rootfs_mount_system(const struct rootfs *rootfs, const struct rootfs_parts *parts);
void rootfs_mount_devices(const struct rootfs *rootfs, const struct rootfs_parts *parts);

/* Mask and protect what Docker does. null: /dev/null, opened before any volume could replace it. */
void rootfs_hide(int null);

/*
 * A new file system, not attached to anything. options: pairs of name and value, ending in NULL;
 * attributes: MOUNT_ATTR_… A descriptor, or -1 with errno.
 */
int rootfs_new_mount(const char *type, const char *const *options, unsigned int attributes);

/* Attach it to a directory in the root, no link, that is made if it is missing. fail()s. */
void rootfs_attach(int mount, const char *target);

#endif
