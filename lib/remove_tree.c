/*
 * Removing trees: see io.h. A tree may be deeper than a process may open files, and than its stack
 * goes: what lies deeper than DEEP is moved to the top of the tree, and removed from there.
 */
#define _GNU_SOURCE
#include "io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { DEEP = 64 };

struct removal {
	dev_t device;
	int top;            /* the tree itself */
	unsigned int moved; /* gives what is moved its names */
	bool again;         /* something was moved */
};

/* Give oneself the right to look in and change it, which root has anyhow. */
static int make_writable(int handle, const struct stat *st)
{
	char path[32];

	if ((st->st_mode & 0700) == 0700)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", handle);
	return chmod(path, 0700);
}

/* O_NOFOLLOW: a directory that becomes a link meanwhile is not entered. */
static DIR *open_to_empty(int parent, const char *name, struct removal *removal, int depth)
{
	CLOSED int handle = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	DIR *dir = NULL;

	if (handle < 0 || fstat(handle, &st))
		return NULL;
	if (depth == 0)
		removal->device = st.st_dev;
	if (st.st_dev != removal->device) {
		errno = EXDEV;
		return NULL;
	}
	(void)make_writable(handle, &st); /* if it matters, what follows fails */
	int fd = openat(handle, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || !(dir = fdopendir(fd)))
		close_fd(&fd);
	if (dir && depth == 0)
		removal->top = fd;
	return dir;
}

static int move_up(struct removal *removal, int parent, const char *name)
{
	char to[16];

	do {
		(void)snprintf(to, sizeof(to), "%u", removal->moved++);
		if (renameat(parent, name, removal->top, to) == 0) {
			removal->again = true;
			return 0;
		}
	} while (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR);
	return -1;
}

static int remove_below(int parent, const char *name, struct removal *removal, int depth);

static int remove_one(int parent, const struct dirent *entry, struct removal *removal, int depth)
{
	const char *name = entry->d_name;

	/* Most directories of a container that ends are empty: not even looked into. */
	if (unlinkat(parent, name, entry->d_type == DT_DIR ? AT_REMOVEDIR : 0) == 0)
		return 0;
	if (entry->d_type != DT_DIR && errno != EISDIR)
		return errno == ENOENT ? 0 : -1;
	if (depth == DEEP && (errno == ENOTEMPTY || errno == EEXIST))
		return move_up(removal, parent, name);
	if (remove_below(parent, name, removal, depth + 1) == 0 &&
	    unlinkat(parent, name, AT_REMOVEDIR) == 0)
		return 0;
	return errno == ENOENT ? 0 : -1;
}

/* Goes on when something cannot be removed; errno is of the last such thing. */
static int remove_below(int parent, const char *name, struct removal *removal, int depth)
{
	DIR *dir = open_to_empty(parent, name, removal, depth);
	int failed = 0, why = 0;

	if (!dir)
		return -1;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    remove_one(dirfd(dir), entry, removal, depth))
			failed = -1, why = errno;
	(void)closedir(dir);
	errno = why;
	return failed;
}

int remove_tree(int dir, const char *name)
{
	struct removal removal = {0};
	int failed;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return -1;
	if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -1;
	do {
		removal.again = false;
		failed = remove_below(dir, name, &removal, 0);
	} while (!failed && removal.again);
	if (failed || unlinkat(dir, name, AT_REMOVEDIR))
		return errno == ENOENT ? 0 : -1;
	return 0;
}
