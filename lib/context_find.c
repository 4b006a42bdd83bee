/* The sources of COPY and ADD, wildcards and all: see context.h. */
#define _GNU_SOURCE
#include "context.h"

#include "directory.h"
#include "err.h"
#include "io.h"
#include "layer_name.h"
#include "path.h"
#include "pattern.h"
#include <fcntl.h>
#include <string.h>

static void add_source(const struct context *context, struct context_sources *sources,
                       const char *path, const char *pivot)
{
	char *leads_to = context_resolve(context, path);

	if (!leads_to)
		context_lacks(path);
	sources->at = xrealloc(sources->at, (sources->count + 1) * sizeof(*sources->at));
	sources->at[sources->count++] =
	        (struct context_source){xstrdup(path), leads_to, xstrdup(pivot)};
}

struct finding {
	const struct context *context;
	struct context_sources *sources;
	const char *pivot;
};

/* Nothing is wrong if a pattern matches what is left out. */
static bool is_there(const struct context *context, const char *path)
{
	struct stat st;

	return (!ignore_path(&context->ignore, path) ||
	        ignore_has_exceptions(&context->ignore, path)) &&
	       fstatat(context->root, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       !context_leaves_out(context, &st);
}

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
		else if (is_there(f->context, found))
			add_source(f->context, f->sources, found, f->pivot);
	}
	list_free(&names);
	pattern_free(pattern);
}

/* The same where `**` is any number of directories: one pattern for all of what is behind `above`.
 */
static void match_deep(struct finding *f, struct pattern *pattern, const char *path, size_t above)
{
	int fd = context_beneath(f->context, path, O_RDONLY | O_DIRECTORY);
	struct list names = {0};
	struct stat st;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && !context_leaves_out(f->context, &st))
		names = directory_list(fd, layer_object(f->context->path, path));
	(void)close(fd);
	for (size_t i = 0; i < names.count; i++) {
		FREED char *found = path_join(path, names.at[i]);

		if (!pattern_matches(pattern, found + above))
			match_deep(f, pattern, found, above);
		else if (is_there(f->context, found))
			add_source(f->context, f->sources, found, f->pivot);
	}
	list_free(&names);
}

static void begin_deep(struct finding *f, const char *path, const char *rest)
{
	struct pattern *pattern = pattern_compile(rest, true);

	if (!pattern)
		refuse(layer_object(NULL, rest), "malformed pattern");
	match_deep(f, pattern, path, *path ? strlen(path) + 1 : 0);
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
	FREED char *start = context_resolve(f->context, above);
	if (start && f->context->parents && strstr(rest, "**"))
		begin_deep(f, start, rest);
	else if (start)
		match(f, start, rest);
}

/* The directories that are kept are those behind `/./`, if the path has that. */
static char *pivot_of(const struct context *context, const char *wanted)
{
	const char *dot = strstr(wanted, "/./");
	FREED char *above = xprintf("/%.*s", dot ? (int)(dot - wanted) : 0, wanted);
	FREED char *clean = path_clean(above);

	char *pivot = context_resolve(context, clean + 1);
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

		if (!context->literal && pattern_is_one(clean + 1))
			find_matches(&f, clean + 1);
		else
			add_source(context, sources, clean + 1, pivot);
	}
	if (!sources->count)
		context_lacks(wanted[0]);
}

void context_sources_free(struct context_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		free(sources->at[i].path);
		free(sources->at[i].wanted);
		free(sources->at[i].pivot);
	}
	free(sources->at);
	*sources = (struct context_sources){0};
}
