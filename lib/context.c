/* The directory that files are copied from: see context.h. */
#define _GNU_SOURCE
#include "context.h"

#include "directory.h"
#include "err.h"
#include "io.h"
#include "layer_name.h"
#include "path.h"
#include "pattern.h"
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

void context_lacks(const struct context *context, const char *wanted)
{
	(void)context;
	refuse(layer_object(NULL, wanted), "no such file in the context");
}

/* Take the last part off. */
static void go_up(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

/*
 * Where it leads to: the path without links, below the context whatever they say. NULL: nowhere.
 * A link that is left out is not there.
 */
static char *resolve(const struct context *context, const char *path)
{
	char *done = xstrdup(""), *rest = xstrdup(path), *target = xalloc(PATH_MAX + 1);
	int links = 0;
	bool there = true;

	while (there && *rest) {
		size_t length = strcspn(rest, "/");
		FREED char *part = xprintf("%.*s", (int)length, rest);
		FREED char *old = rest;
		rest = xstrdup(rest + length + strspn(rest + length, "/"));
		if (!*part || !strcmp(part, "."))
			continue;
		if (!strcmp(part, "..")) {
			go_up(done);
			continue;
		}
		char *next = path_join(done, part);
		CLOSED int fd = context_beneath(context, next, O_PATH | O_NOFOLLOW);
		ssize_t got = fd < 0 ? -1 : readlinkat(fd, "", target, PATH_MAX);
		there = fd >= 0;
		if (!there || got < 0) {
			free(done);
			done = next;
			continue;
		}
		target[got] = '\0';
		there = ++links <= MOST_LINKS && !ignore_path(&context->ignore, next);
		char *behind = xprintf("%s/%s", target, rest);
		free(rest);
		free(next);
		rest = behind;
		if (*target == '/')
			*done = '\0';
	}
	free(rest);
	free(target);
	if (there)
		return done;
	free(done);
	return NULL;
}

static void add_source(const struct context *context, struct context_sources *sources,
                       const char *path, const char *pivot)
{
	char *leads_to = resolve(context, path);

	if (!leads_to)
		context_lacks(context, path);
	sources->at = xrealloc(sources->at, (sources->count + 1) * sizeof(*sources->at));
	sources->at[sources->count++] =
	        (struct context_source){leads_to, xstrdup(path_last(path)), xstrdup(pivot)};
}

struct finding {
	const struct context *context;
	struct context_sources *sources;
	const char *pivot;
};

/* The path as far as it was matched, and the patterns of the parts that are left. */
static void match(struct finding *f, const char *path, const char *rest)
{
	size_t length = strcspn(rest, "/");
	FREED char *part = xprintf("%.*s", (int)length, rest);
	struct pattern *pattern = pattern_compile(part, false);
	CLOSED int fd = context_beneath(f->context, path, O_RDONLY | O_DIRECTORY);

	if (!pattern)
		refuse(layer_object(NULL, part), "malformed pattern");
	rest += length + (rest[length] == '/');
	struct list names = {0};
	if (fd >= 0) /* else it is no directory, and there is nothing in it */
		names = directory_list(fd, layer_object(f->context->path, path));
	for (size_t i = 0; i < names.count; i++) {
		if (!pattern_matches(pattern, names.at[i]))
			continue;
		FREED char *found = path_join(path, names.at[i]);
		if (*rest)
			match(f, found, rest);
		else if (!ignore_path(&f->context->ignore, found) ||
		         ignore_has_exceptions(&f->context->ignore, found))
			add_source(f->context, f->sources, found, f->pivot);
	}
	list_free(&names);
	pattern_free(pattern);
}

/* Up to the first part that has wildcards, links are followed. */
static void find_matches(struct finding *f, const char *wanted)
{
	const char *rest = wanted;

	for (const char *slash; (slash = strchr(rest, '/')); rest = slash + 1) {
		FREED char *part = xprintf("%.*s", (int)(slash - rest), rest);

		if (pattern_is_one(part))
			break;
	}
	FREED char *above = xprintf("%.*s", (int)(rest - wanted), wanted);
	FREED char *start = resolve(f->context, above);
	if (start)
		match(f, start, rest);
}

/* The directories that are kept are those behind `/./`, if the path has that. */
static char *pivot_of(const struct context *context, const char *wanted)
{
	const char *dot = strstr(wanted, "/./");
	FREED char *above = xprintf("/%.*s", dot ? (int)(dot - wanted) : 0, wanted);
	FREED char *clean = path_clean(above);

	char *pivot = resolve(context, clean + 1);
	return pivot ? pivot : xstrdup("");
}

void context_find(const struct context *context, char **wanted, size_t count,
                  struct context_sources *sources)
{
	*sources = (struct context_sources){0};
	for (size_t i = 0; i < count; i++) {
		/* `..` leads nowhere from the top. */
		FREED char *rooted = xprintf("/%s", wanted[i]);
		FREED char *clean = path_clean(rooted);
		FREED char *pivot = pivot_of(context, wanted[i]);
		struct finding f = {context, sources, pivot};

		if (pattern_is_one(clean + 1))
			find_matches(&f, clean + 1);
		else
			add_source(context, sources, clean + 1, pivot);
	}
	if (!sources->count)
		context_lacks(context, wanted[0]);
}

void context_sources_free(struct context_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		free(sources->at[i].path);
		free(sources->at[i].base);
		free(sources->at[i].pivot);
	}
	free(sources->at);
	*sources = (struct context_sources){0};
}
