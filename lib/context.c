/* The directory that files are copied from: see context.h. */
#define _GNU_SOURCE
#include "context.h"

#include "err.h"
#include "io.h"
#include "layer_name.h"
#include "path.h"
#include "sys.h"
#include <errno.h>
#include <limits.h>
#include <string.h>

enum { MOST_LINKS = 40 }; /* as many as the kernel follows */

void context_open(struct context *context, const char *path)
{
	context->path = path;
	context->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (context->root < 0)
		fail(path, "open");
	/* What is not there need not be left out. */
	if (context->leave_out && stat(context->leave_out, &context->left_out))
		context->leave_out = NULL;
}

int context_beneath(const struct context *context, const char *path, int flags)
{
	return sys_openat2(context->root, *path ? path : ".", (uint64_t)flags,
	                   RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

bool context_leaves_out(const struct context *context, const struct stat *st)
{
	return context->leave_out && st->st_dev == context->left_out.st_dev &&
	       st->st_ino == context->left_out.st_ino;
}

void context_lacks(const char *wanted)
{
	refuse(layer_object(NULL, wanted), "no such file in the context");
}

/* Take the last part off. */
static void go_up(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

/* The way to a file: what of it is known to be no link, and what is still to go. */
struct way {
	char *done, *rest;
	int links;
};

/* What is left out is not there, so its links lead nowhere. */
static bool follow(const struct context *context, struct way *way, int link, const char *path)
{
	FREED char *target = xalloc(PATH_MAX + 1);

	if (++way->links > MOST_LINKS || ignore_path(&context->ignore, path) ||
	    readlinkat(link, "", target, PATH_MAX) < 0)
		return false;
	char *rest = xprintf("%s/%s", target, way->rest);
	free(way->rest);
	way->rest = rest;
	if (*target == '/')
		*way->done = '\0';
	return true;
}

/* One part further. False: there is no such file. */
static bool go(const struct context *context, struct way *way, const char *part)
{
	if (!*part || !strcmp(part, "."))
		return true;
	if (!strcmp(part, "..")) {
		go_up(way->done);
		return true;
	}
	FREED char *path = path_join(way->done, part);
	CLOSED int fd = context_beneath(context, path, O_PATH | O_NOFOLLOW);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) || context_leaves_out(context, &st))
		return false;
	if (S_ISLNK(st.st_mode))
		return follow(context, way, fd, path);
	free(way->done);
	way->done = xstrdup(path);
	return true;
}

char *context_resolve(const struct context *context, const char *path)
{
	struct way way = {.done = xstrdup(""), .rest = xstrdup(path)};
	bool there = true;

	while (there && *way.rest) {
		size_t length = strcspn(way.rest, "/");
		FREED char *part = xprintf("%.*s", (int)length, way.rest);

		memmove(way.rest, way.rest + length, strlen(way.rest + length) + 1);
		if (*way.rest)
			memmove(way.rest, way.rest + 1, strlen(way.rest));
		there = go(context, &way, part);
	}
	free(way.rest);
	if (there)
		return way.done;
	free(way.done);
	return NULL;
}
