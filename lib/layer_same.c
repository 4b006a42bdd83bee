/* Directories of layers compared: see layer_same.h. */
#define _GNU_SOURCE
#include "layer_same.h"

#include "err.h"
#include "io.h"
#include "layer_attr.h"
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

/* All attributes of the one that are a layer's business are the other's, and how many they are. */
static ssize_t count_same_xattrs(const char *one, const char *other)
{
	static char names[65536], value[65536], its[65536];
	ssize_t length = listxattr(one, names, sizeof(names)), count = 0;

	for (char *at = names; at < names + length; at += strlen(at) + 1) {
		if (layer_xattr_is_foreign(at))
			continue;
		ssize_t size = getxattr(one, at, value, sizeof(value));
		if (size < 0 || getxattr(other, at, its, sizeof(its)) != size ||
		    memcmp(value, its, (size_t)size) != 0)
			return -1;
		count++;
	}
	return count;
}

bool layer_same(int one, int other, bool mtime, const char *object)
{
	struct stat a, b;
	char path[32], its[32];

	if (fstat(one, &a) || fstat(other, &b))
		fail(object, "stat in two layers");
	if (a.st_mode != b.st_mode || a.st_uid != b.st_uid || a.st_gid != b.st_gid)
		return false;
	if (mtime &&
	    (a.st_mtim.tv_sec != b.st_mtim.tv_sec || a.st_mtim.tv_nsec != b.st_mtim.tv_nsec))
		return false;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", one);
	(void)snprintf(its, sizeof(its), "/proc/self/fd/%d", other);
	ssize_t count = count_same_xattrs(path, its);
	return count >= 0 && count_same_xattrs(its, path) == count;
}
