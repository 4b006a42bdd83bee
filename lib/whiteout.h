/*
 * How overlayfs writes down, in a layer, what is not there in the layers below: a file that was
 * deleted is a whiteout, a directory that hides what has its name is opaque. Source: Linux,
 * Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories".
 */
#ifndef WHITEOUT_H
#define WHITEOUT_H

#include <stdbool.h>
#include <sys/stat.h>

enum opacity {
	OPACITY_NONE,
	OPACITY_OPAQUE,    /* nothing of the layers below shows through it */
	OPACITY_WHITEOUTS, /* in this one, whiteouts may be files with an attribute */
};

/* Of a directory. The paths are ones through /proc/self/fd: nobody exchanges what they lead to. */
enum opacity opacity_of(const char *path);

/* Is it a whiteout? `in`: of the directory that it is in. */
bool is_whiteout(const char *path, const struct stat *st, enum opacity in);

/* The device that is one. */
bool is_whiteout_device(mode_t type, dev_t device);

/* Make one, or a directory opaque. 0, or -1 with errno. */
int make_whiteout(int dir, const char *name);
int make_opaque(int dir);

#endif
