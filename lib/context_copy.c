/*
 * Files of a context, made in an image: see context_copy.h. Directories are entered by descriptors,
 * never through a link, so that nothing is made outside of the image.
 */
#define _GNU_SOURCE
#include "context_copy.h"

#include "context_make.h"
#include "err.h"
#include "inside.h"
#include "io.h"
#include "layer_links.h"
#include "layer_name.h"
#include "lookup.h"
#include "path.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct copying {
	const struct copy_to *to;
	bool several; /* sources */
	struct context_making making;
	int *directories; /* of the image: those that are open, from `making.top` on */
	size_t depth;
};

static void push(struct copying *c, int fd)
{
	c->directories = xrealloc(c->directories, (c->depth + 1) * sizeof(*c->directories));
	c->directories[c->depth++] = fd;
}

static int make_directories(const char *path)
{
	CLOSED int there = inside_make(path, true);
	int fd = there < 0 ? -1 : openat(there, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && (errno == ENOTDIR || errno == EEXIST))
		refuse(path, "is no directory, and cannot become one");
	if (fd < 0)
		fail(path, "make the directory");
	return fd;
}

/*
 * Where a source goes: the contents of a directory into DEST, a file into it if it is a directory,
 * else to that name. *name: the caller frees it.
 */
static int open_destination(struct copying *c, char **name)
{
	const struct copy_to *to = c->to;
	bool directory = to->directory || S_ISDIR(c->making.entry->st.st_mode), slash;
	CLOSED int there = directory ? -1 : lookup(to->root, to->path, O_PATH | O_DIRECTORY);

	c->making.name = *name = xstrdup(c->making.entry->base);
	if (directory || there >= 0)
		return make_directories(to->path);
	if (c->several)
		refuse(to->path, "several files go into a directory: it needs a slash at its end");
	FREED char *above = xprintf("%.*s", (int)(path_last(to->path) - to->path), to->path);
	(void)close(make_directories(above));
	free(*name);
	c->making.name = "";
	int fd = lookup_place(to->root, to->path, name, &slash);
	if (fd < 0)
		fail(to->path, "open the directory that it is in");
	return fd;
}

/* The source itself. */
static void begin(struct copying *c)
{
	struct context_making *m = &c->making;
	mode_t mode = m->entry->st.st_mode;
	FREED char *name = NULL;

	if (S_ISREG(mode) && c->to->unpack && context_unpack(m->entry, c->to))
		return;
	int directory = open_destination(c, &name);
	if (S_ISDIR(mode)) {
		m->top = directory;
		push(c, directory);
		return;
	}
	m->parent = directory;
	m->base = name;
	context_make(m);
	(void)close(directory);
}

static void enter(void *of, const struct context_entry *entry)
{
	struct copying *c = of;
	struct context_making *m = &c->making;

	m->entry = entry;
	m->name = entry->name;
	if (c->to->digest)
		(void)context_digest_entry(c->to->digest, entry); /* context_make() has the rest */
	if (S_ISSOCK(entry->st.st_mode)) {
		complain_plainly(layer_object(NULL, entry->object), "is a socket: left out");
		return;
	}
	if (!*entry->name) {
		begin(c);
		return;
	}
	m->parent = c->directories[c->depth - 1];
	m->base = entry->base;
	if (S_ISDIR(entry->st.st_mode))
		push(c, context_make_directory(m));
	else
		context_make(m);
}

static void leave(void *of, const struct context_entry *entry)
{
	struct copying *c = of;
	CLOSED int fd = c->directories[--c->depth];

	c->making.entry = entry;
	c->making.name = entry->name;
	if (*entry->name)
		context_finish_directory(&c->making, fd);
}

void context_copy(const struct context *context, const struct context_sources *sources,
                  const struct copy_to *to)
{
	struct copying c = {.to = to, .several = sources->count > 1, .making.to = to};
	struct context_visitor visitor = {&c, enter, leave};

	inside_elsewhere(to->root, to->owned ? to->uid : 0, to->owned ? to->gid : 0);
	for (size_t i = 0; i < sources->count; i++) {
		if (to->digest)
			context_digest_source(to->digest);
		context_walk(context, &sources->at[i], &visitor);
		links_free(c.making.links);
		c.making.links = NULL;
	}
	free(c.directories);
}
