/*
 * Walking through what is to be copied: see context.h. Of each name the type is asked first, for
 * fifos and devices are not to be opened; what is open is asked again, as it may be another by
 * then.
 */
#define _GNU_SOURCE
#include "context.h"

#include "context_attr.h"
#include "directory.h"
#include "err.h"
#include "io.h"
#include "kernel_fs.h"
#include "layer_name.h"
#include "path.h"
#include "sys.h"
#include <errno.h>
#include <string.h>

/* A file, or directory, and the way to it. */
struct step {
	struct step *above;
	struct context_entry entry;
	char *path, *name;        /* below the context; below what is copied */
	bool *ignored, *excluded; /* what the patterns say of it */
	bool out;                 /* it is left out, though perhaps not all that is below */
	bool told;                /* the visitor knows it */
};

struct walk {
	const struct context *context;
	const struct context_visitor *visitor;
};

static bool *marks_of(const struct ignore *ignore)
{
	return ignore->count ? xalloc(ignore->count * sizeof(bool)) : NULL;
}

/* The names are kept by it, and freed. */
static struct step begin(const struct walk *w, struct step *above, char *path, char *name)
{
	struct step s = {.above = above, .path = path, .name = name};

	s.entry.name = name;
	s.entry.base = path_last(name);
	s.entry.object = path;
	s.entry.fd = -1;
	s.ignored = marks_of(&w->context->ignore);
	s.excluded = marks_of(&w->context->exclude);
	return s;
}

static void end(struct step *s)
{
	close_fd(&s->entry.fd);
	layer_attr_free(&s->entry.attr);
	free(s->path);
	free(s->name);
	free(s->ignored);
	free(s->excluded);
}

static const char *object(const struct walk *w, const struct step *s)
{
	return layer_object(w->context->path, s->path);
}

/* False: there is no such file. */
static bool open_entry(const struct walk *w, struct step *s, int dir, const char *base)
{
	struct stat seen, *st = &s->entry.st;
	int flags = O_PATH | O_NOFOLLOW;

	if (!*base)
		base = ".";
	if (fstatat(dir, base, &seen, AT_SYMLINK_NOFOLLOW)) {
		if (errno == ENOENT || errno == ENOTDIR)
			return false;
		fail(object(w, s), "stat");
	}
	if (S_ISREG(seen.st_mode))
		flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	else if (S_ISDIR(seen.st_mode))
		flags = O_RDONLY | O_NOFOLLOW | O_DIRECTORY;
	s->entry.fd =
	        sys_openat2(dir, base, (uint64_t)flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
	if (s->entry.fd < 0 && errno == ENOENT)
		return false;
	bool changed = s->entry.fd < 0 && (errno == ELOOP || errno == ENOTDIR || errno == ENXIO);
	if (s->entry.fd < 0 && !changed)
		fail(object(w, s), "open");
	if (!changed && fstat(s->entry.fd, st))
		fail(object(w, s), "stat");
	if (changed || (st->st_mode & S_IFMT) != (seen.st_mode & S_IFMT))
		refuse(object(w, s), "was replaced while it was read");
	return true;
}

/* Directories of which only some entries are taken are told when there is one. */
static void tell(const struct walk *w, struct step *s)
{
	if (s->told)
		return;
	if (s->above)
		tell(w, s->above);
	s->told = true;
	context_attr(&s->entry, &s->entry.attr);
	w->visitor->enter(w->visitor->of, &s->entry);
}

static void finish(const struct walk *w, struct step *s)
{
	if (s->told && S_ISDIR(s->entry.st.st_mode))
		w->visitor->leave(w->visitor->of, &s->entry);
	end(s);
}

static bool may_have_exceptions(const struct walk *w, const struct step *s)
{
	return ignore_has_exceptions(&w->context->ignore, s->path) ||
	       ignore_has_exceptions(&w->context->exclude, s->name);
}

static void go_below(const struct walk *w, struct step *s);

/* An entry of a directory; rest: the only one that is wanted of those below. */
static void go_into(const struct walk *w, struct step *above, const char *base, const char *rest)
{
	struct step s = begin(w, above, path_join(above->path, base), path_join(above->name, base));

	s.out = ignore_step(&w->context->ignore, s.path, above->ignored, s.ignored);
	s.out |= ignore_step(&w->context->exclude, s.name, above->excluded, s.excluded);
	if ((!s.out || may_have_exceptions(w, &s)) && open_entry(w, &s, above->entry.fd, base) &&
	    !context_leaves_out(w->context, &s.entry.st)) {
		if (!s.out && !rest)
			tell(w, &s);
		if (rest) {
			size_t length = strcspn(rest, "/");
			FREED char *next = xprintf("%.*s", (int)length, rest);

			go_into(w, &s, next, rest[length] ? rest + length + 1 : NULL);
		} else if (S_ISDIR(s.entry.st.st_mode)) {
			go_below(w, &s);
		}
	}
	finish(w, &s);
}

static void go_below(const struct walk *w, struct step *s)
{
	if (s->above && s->above->entry.st.st_dev != s->entry.st.st_dev &&
	    !keeps_files(s->entry.fd))
		return; /* such as proc, mounted there: nothing in it is a file of the context */
	struct list names = directory_list(s->entry.fd, object(w, s));
	for (size_t i = 0; i < names.count; i++)
		go_into(w, s, names.at[i], NULL);
	list_free(&names);
}

/* The source itself, or the directory above it from which on parents are kept. */
static struct step start(const struct walk *w, const char *path)
{
	struct step s = begin(w, NULL, xstrdup(path), xstrdup(""));

	s.out = s.ignored && ignore_walk(&w->context->ignore, path, s.ignored);
	if (!open_entry(w, &s, w->context->root, path))
		context_lacks(path);
	return s;
}

static void walk_alone(const struct walk *w, const struct context_source *source)
{
	struct step s = start(w, source->path);
	bool directory = S_ISDIR(s.entry.st.st_mode);

	s.entry.base = path_last(source->wanted);
	if (directory && s.excluded)
		memset(s.excluded, 0, w->context->exclude.count);
	bool excluded = !directory && ignore_path(&w->context->exclude, path_last(source->wanted));
	if (!s.out && !excluded)
		tell(w, &s);
	if (directory)
		go_below(w, &s);
	if (!s.told && !excluded)
		context_lacks(source->wanted);
	finish(w, &s);
}

/* What of the path is below the pivot, or else its last part. */
static void walk_parents(const struct walk *w, const struct context_source *source)
{
	size_t length = strlen(source->pivot);
	bool below = !length || (strncmp(source->path, source->pivot, length) == 0 &&
	                         source->path[length] == '/');
	const char *rest = below ? source->path + length + (length > 0) : path_last(source->path);
	FREED char *above = xprintf("%.*s", (int)(rest - source->path), source->path);
	FREED char *clean = path_clean(above);
	struct step s = start(w, strcmp(clean, ".") != 0 ? clean : "");
	size_t first = strcspn(rest, "/");
	FREED char *next = xprintf("%.*s", (int)first, rest);

	go_into(w, &s, next, rest[first] ? rest + first + 1 : NULL);
	if (!s.told)
		context_lacks(source->wanted);
	finish(w, &s);
}

void context_walk(const struct context *context, const struct context_source *source,
                  const struct context_visitor *visitor)
{
	struct walk w = {context, visitor};

	if (context->parents && *source->path)
		walk_parents(&w, source);
	else
		walk_alone(&w, source);
}
