/* Places of mounts taken away: see layer_clear.h. */
#define _GNU_SOURCE
#include "layer_clear.h"

#include "directory.h"
#include "err.h"
#include "io.h"
#include "layer_lower.h"
#include "layer_same.h"
#include "sys.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct clearing {
	int root;
	const struct list *lowers;
};

static int open_inside(const struct clearing *c, const char *name)
{
	return sys_openat2(c->root, *name ? name : ".", O_PATH | O_DIRECTORY,
	                   RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
}

/* Its directory keeps the time that it has. False: it is not there, or not empty. */
static bool remove_at(int dir, const char *base, const char *name)
{
	struct stat st, above;

	if (fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW) || fstat(dir, &above))
		return false;
	if (!S_ISDIR(st.st_mode) && (!S_ISREG(st.st_mode) || st.st_size))
		return false;
	if (unlinkat(dir, base, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0)) {
		if (errno == ENOTEMPTY)
			return false;
		fail(name, "remove");
	}
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, above.st_mtim};
	if (utimensat(dir, "", times, AT_EMPTY_PATH))
		fail(name, "leave the time of its directory as it was");
	return true;
}

/* The directory in the layers below, as all of them show it. */
static struct lower lower_of(const struct clearing *c, const char *name)
{
	struct lower at = lower_open(c->lowers);
	FREED char *copy = xstrdup(name);
	char *rest = copy, *one;

	while (at.count && (one = strsep(&rest, "/"))) {
		struct lower inner = lower_enter(&at, one);

		lower_close(&at);
		at = inner;
	}
	return at;
}

/* Is it in the upper directory for no reason of its own? */
static bool is_copy(const struct clearing *c, int dir, const char *name)
{
	struct lower lower = lower_of(c, name);
	FREED char *path = xprintf("/proc/self/fd/%d", dir);
	bool same = lower.count && opacity_of(path) != OPACITY_OPAQUE &&
	            layer_same(dir, lower.parts[0].fd, true, name);

	lower_close(&lower);
	return same;
}

/* It, and then the directories that it is in as long as they are mere copies. */
static void clear(const struct clearing *c, const char *made)
{
	FREED char *name = xstrdup(made + strspn(made, "/"));

	while (*name) {
		char *slash = strrchr(name, '/');
		FREED char *above = strndup(name, slash ? (size_t)(slash - name) : 0);
		CLOSED int dir = open_inside(c, above);

		if (dir < 0 || !remove_at(dir, slash ? slash + 1 : name, name))
			return;
		if (!*above || !is_copy(c, dir, above))
			return;
		*slash = '\0';
	}
}

void layer_clear(const char *upper, const struct list *lowers, const struct list *made)
{
	CLOSED int root = open(upper, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const struct clearing c = {root, lowers};

	if (root < 0)
		fail(upper, "open");
	for (size_t i = made->count; i-- > 0;)
		clear(&c, made->at[i]);
}
