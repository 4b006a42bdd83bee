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
	int failed =
	        directory ? mkdirat(parent, name, 0755) : mknodat(parent, name, S_IFREG | 0644, 0);
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
