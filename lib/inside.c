/* Paths of a container: see inside.h. */
#define _GNU_SOURCE
#include "inside.h"

#include "err.h"
#include "io.h"
#include "lookup.h"
#include "sys.h"
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_LINKS = 40 }; /* as many as the kernel follows */

static int elsewhere = OWN_ROOT;
static uid_t new_uid;
static gid_t new_gid;
static int told = -1;

void inside_elsewhere(int root, uid_t uid, gid_t gid)
{
	elsewhere = root;
	new_uid = uid;
	new_gid = gid;
}

int inside_open(const char *path, uint64_t flags)
{
	if (elsewhere != OWN_ROOT)
		return lookup(elsewhere, path, flags);
	return sys_openat2(AT_FDCWD, path, flags, RESOLVE_NO_MAGICLINKS);
}

void inside_tell(int fd)
{
	told = fd;
}

/*
 * The path of a directory of the root, or NULL: it is in something mounted there. While /proc is
 * not, nothing is made but in / itself.
 */
static char *path_in_root(int dir)
{
	FREED char *link = xprintf("/proc/self/fd/%d", dir);
	char *path = xalloc(PATH_MAX);
	struct stat st, root;

	if (fstat(dir, &st) || stat("/", &root))
		fail("--made-fd", "find where something is made");
	if (st.st_ino == root.st_ino && st.st_dev == root.st_dev)
		return strcpy(path, "");
	ssize_t length = readlink(link, path, PATH_MAX);
	if (length < 0 || length == PATH_MAX)
		fail("--made-fd", "find where something is made");
	path[length] = '\0';
	CLOSED int again =
	        sys_openat2(AT_FDCWD, path, O_PATH, RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS);
	return again < 0 ? NULL : path;
}

static void tell(const char *path, int parent, const struct stat *before)
{
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, before->st_mtim};

	if (utimensat(parent, "", times, AT_EMPTY_PATH))
		fail(path, "leave the time of its directory as it was");
	if (write_all(told, path, strlen(path) + 1))
		fail("--made-fd", "write");
}

int inside_make_in(int parent, const char *name, bool directory)
{
	FREED char *above = told >= 0 ? path_in_root(parent) : NULL;
	struct stat before = {0};

	if (above && fstat(parent, &before))
		return -1;
	if (directory ? mkdirat(parent, name, 0755) : mknodat(parent, name, S_IFREG | 0644, 0))
		return -1;
	if (above) {
		FREED char *path = xprintf("%s/%s", above, name);

		tell(path, parent, &before);
	}
	return 0;
}

static int make(const char *path, bool directory, int *links);

/* `name` in `above` is there and does not lead to anything: make what it is a link to. */
static int make_linked(int parent, const char *above, const char *name, bool directory, int *links)
{
	FREED char *target = xalloc(PATH_MAX + 1);
	ssize_t length = readlinkat(parent, name, target, PATH_MAX);

	if (length < 0)
		return -1;
	if (++*links > MOST_LINKS) {
		errno = ELOOP;
		return -1;
	}
	FREED char *path = xprintf("%s/%s", *target == '/' ? "" : above, target);
	return make(path, directory, links);
}

static int make(const char *path, bool directory, int *links)
{
	int fd = inside_open(path, O_PATH);

	if (fd >= 0 || errno != ENOENT || !strchr(path, '/'))
		return fd;
	FREED char *above = xstrdup(path);
	for (char *end = above + strlen(above); end > above && end[-1] == '/';)
		*--end = '\0';
	char *name = strrchr(above, '/');
	*name++ = '\0';
	CLOSED int parent = make(*above ? above : "/", true, links);
	if (parent < 0)
		return -1;
	int failed = inside_make_in(parent, name, directory);
	if (!failed && elsewhere != OWN_ROOT)
		failed = fchownat(parent, name, new_uid, new_gid, AT_SYMLINK_NOFOLLOW);
	if (failed && errno != EEXIST)
		return -1;
	fd = inside_open(path, O_PATH);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	return make_linked(parent, above, name, directory, links);
}

int inside_make(const char *path, bool directory)
{
	int links = 0;

	return make(path, directory, &links);
}

void inside_opt(const struct opt *opt, const char *arg)
{
	if (*arg != '/')
		opt_refuse(opt, arg, "not an absolute path");
	*(const char **)opt->into = arg;
}

void inside_enter(const char *path)
{
	CLOSED int fd = inside_open(path, O_PATH | O_DIRECTORY);

	if (fd < 0 || fchdir(fd))
		fail(path, "change the working directory");
}
