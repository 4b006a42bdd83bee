/*
 * Mounting overlayfs, on kernels that take layers as descriptors and on those that do not:
 * Documentation/filesystems/overlayfs.rst.
 */
#ifndef OVERLAY_H
#define OVERLAY_H

#include <stdbool.h>
#include <stddef.h>

struct layer {
	const char *key;  /* as fsconfig(2) calls it: lowerdir+, upperdir, workdir */
	const char *path; /* for messages */
	int fd;           /* O_PATH of the directory, or better */
};

struct overlay {
	struct layer *layers; /* lowers from the top down, then upper and work; ends in {0} */
	size_t lowers;
	char **options; /* KEY or KEY=VALUE; ends in NULL; written to */
	bool read_only;
	const char *target; /* for messages */
	int target_fd;      /* where to mount */
};

/*
 * Mount it. What is wrong is said by fail() or refuse(), and nothing is left mounted. Two lowers,
 * or one and an upper, are what overlayfs takes at least. Never more than the kernel's 500 lowers.
 */
void overlay_mount(const struct overlay *overlay);

/* Say why mounting at, or taking, `object` failed (errno), where the errno by itself misleads. */
_Noreturn void overlay_fail(const char *object);

/*
 * The upper directory is the root of the tree: give one that was never mounted the owner and mode
 * of the root below, as far as the caller may. fail()s.
 */
void overlay_like_root(const char *upper, const char *work, const char *lower);

#endif
