/* What is not there, in a layer of overlayfs: see whiteout.h. */
#define _GNU_SOURCE
#include "whiteout.h"

#include <errno.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

/*
 * The attributes are trusted.overlay.*, but user.overlay.* where a mount was made by who has no
 * right to the former. They are looked for only then: otherwise anybody can set them, and they mean
 * nothing.
 */
static bool has_right_to_trusted(const char *path)
{
	static int answer = -1;

	/* What is not there cannot be removed, but only who may remove it is told so. */
	if (answer < 0)
		answer = !(removexattr(path, "trusted.overlay.none") && errno == EPERM);
	return answer;
}

static ssize_t read_note(const char *path, const char *what, char *value, size_t size)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "%s.overlay.%s",
	               has_right_to_trusted(path) ? "trusted" : "user", what);
	return getxattr(path, name, value, size);
}

enum opacity opacity_of(const char *path)
{
	char value;

	if (read_note(path, "opaque", &value, 1) != 1)
		return OPACITY_NONE;
	return value == 'y' ? OPACITY_OPAQUE : value == 'x' ? OPACITY_WHITEOUTS : OPACITY_NONE;
}

bool is_whiteout_device(mode_t type, dev_t device)
{
	return S_ISCHR(type) && device == makedev(0, 0);
}

bool is_whiteout(const char *path, const struct stat *st, enum opacity in)
{
	if (is_whiteout_device(st->st_mode, st->st_rdev))
		return true;
	return in == OPACITY_WHITEOUTS && S_ISREG(st->st_mode) && st->st_size == 0 &&
	       read_note(path, "whiteout", NULL, 0) >= 0;
}

int make_whiteout(int dir, const char *name)
{
	return mknodat(dir, name, S_IFCHR, makedev(0, 0));
}

int make_opaque(int dir)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	return setxattr(path,
	                has_right_to_trusted(path) ? "trusted.overlay.opaque"
	                                           : "user.overlay.opaque",
	                "y", 1, 0);
}
