/* Paths below another root: see lookup.h. */
#define _GNU_SOURCE
#include "lookup.h"

#include "err.h"
#include "io.h"
#include "process.h"
#include "sys.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_LINKS = 40 }; /* as many as the kernel follows */

int lookup(int root, const char *path, uint64_t flags)
{
	int fd = -1;

	if (root == OWN_ROOT)
		return open(path, (int)flags | O_CLOEXEC);
	/* EAGAIN: something was renamed meanwhile, and the kernel cannot tell where `..` leads. */
	for (int tries = 0; fd < 0 && tries < 1000; tries++) {
		fd = sys_openat2(root, path, flags, RESOLVE_IN_ROOT);
		if (fd < 0 && errno != EAGAIN)
			break;
	}
	return fd;
}

int lookup_root_of(pid_t pid, uint64_t start)
{
	FREED char *path = xprintf("/proc/%d/root", pid);
	FREED char *object = xprintf("%d", pid);
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int why = errno;
	/* Asked when it is open: it is that of whoever has the pid now. */
	unsigned long long now = process_start(pid);

	if (!now || (start && now != start))
		refuse(object, "there is no such process any more");
	errno = why;
	if (fd < 0)
		fail(object, "open its root");
	return fd;
}

/* Cut the last part off `path`. What is left may be empty: the directory that we start from. */
static char *split(char *path, bool *directory)
{
	char *end = path + strlen(path);

	while (end > path && end[-1] == '/')
		*--end = '\0', *directory = true;
	char *slash = strrchr(path, '/');
	char *name = xstrdup(slash ? slash + 1 : path);
	*(slash ? slash + 1 : path) = '\0';
	return name;
}

int lookup_place(int root, const char *path, char **name, bool *directory)
{
	FREED char *at = xstrdup(path), *target = xalloc(PATH_MAX + 1);
	const char *above = *path == '/' ? "/" : ".";

	*directory = false;
	for (int links = 0; links <= MOST_LINKS; links++) {
		char *last = split(at, directory);
		bool here = !*last || !strcmp(last, ".") || !strcmp(last, "..");
		FREED char *whole = xprintf("%s%s", at, here ? last : "");
		int dir = lookup(root, *whole ? whole : above, O_PATH | O_DIRECTORY);
		ssize_t length = dir < 0 || here ? -1 : readlinkat(dir, last, target, PATH_MAX);

		if (dir < 0 || length < 0) {
			*name = here ? xstrdup(".") : xstrdup(last);
			free(last);
			return dir;
		}
		(void)close(dir);
		free(last);
		target[length] = '\0';
		char *next = xprintf("%s%s", *target == '/' ? "" : at, target);
		free(at);
		at = next;
	}
	errno = ELOOP;
	return -1;
}
