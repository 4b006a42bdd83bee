/*
 * Files of a context, made in an image: see context_copy.h. Directories are entered by descriptors,
 * never through a link, so that nothing is made outside of the image.
 */
#define _GNU_SOURCE
#include "context_copy.h"

#include "context_attr.h"
#include "copy.h"
#include "err.h"
#include "file_mode.h"
#include "inside.h"
#include "io.h"
#include "landing.h"
#include "layer_links.h"
#include "layer_name.h"
#include "lookup.h"
#include "path.h"
#include "whiteout.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

struct copying {
	const struct copy_to *to;
	bool several;     /* sources */
	int *directories; /* those that are open; the first one is what a source is copied into */
	size_t depth;
	void *links; /* what has several names, of this source */
	const struct context_entry *entry;
	int parent;       /* where it is made, */
	const char *base; /* by this name */
	const char *name; /* of it below DEST, for messages */
};

/* For a message: as it is called in the image. */
static const char *object(const struct copying *c)
{
	return layer_object(c->to->path[1] ? c->to->path : "", c->name);
}

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
	bool directory = to->directory || S_ISDIR(c->entry->st.st_mode), slash;
	CLOSED int there = directory ? -1 : lookup(to->root, to->path, O_PATH | O_DIRECTORY);

	c->name = *name = xstrdup(c->entry->base);
	if (directory || there >= 0)
		return make_directories(to->path);
	if (c->several)
		refuse(to->path, "several files go into a directory: it needs a slash at its end");
	FREED char *above = xprintf("%.*s", (int)(path_last(to->path) - to->path), to->path);
	(void)close(make_directories(above));
	free(*name);
	c->name = "";
	int fd = lookup_place(to->root, to->path, name, &slash);
	if (fd < 0)
		fail(to->path, "open the directory that it is in");
	return fd;
}

static void set_attr(struct copying *c, int fd, bool opened)
{
	struct layer_attr attr;
	mode_t mode = c->entry->st.st_mode;
	const struct copy_to *to = c->to;

	context_attr(c->entry, &attr);
	if (to->owned)
		attr.uid = to->uid, attr.gid = to->gid;
	if (to->mode && file_mode_change(to->mode, &mode))
		attr.mode = mode & 07777;
	if (opened)
		layer_attr_set(&attr, fd, MODE_UNKNOWN, object(c));
	else
		layer_attr_set_unopened(&attr, fd, S_ISLNK(mode) ? S_IFLNK : MODE_UNKNOWN,
		                        object(c));
	layer_attr_free(&attr);
}

/* Make it with `make`, which does one system call. A file that is there gives way. */
static int make_new(struct copying *c, int (*make)(struct copying *c), const char *what)
{
	int result = make(c);

	if (result < 0 && errno == EEXIST) {
		landing_clear(c->parent, c->base, object(c));
		result = make(c);
	}
	if (result < 0)
		fail(object(c), "%s", what);
	return result;
}

static int do_create(struct copying *c)
{
	return openat(c->parent, c->base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	              0600);
}

static int do_symlink(struct copying *c)
{
	return symlinkat(context_link(c->entry), c->parent, c->base);
}

static int do_mknod(struct copying *c)
{
	const struct stat *st = &c->entry->st;

	return mknodat(c->parent, c->base, (st->st_mode & S_IFMT) | 0600, st->st_rdev);
}

static void make_special(struct copying *c)
{
	const struct stat *st = &c->entry->st;

	if (is_whiteout_device(st->st_mode & S_IFMT, st->st_rdev))
		refuse(object(c), "is the device by which overlayfs deletes files");
	(void)(S_ISLNK(st->st_mode) ? make_new(c, do_symlink, "symlink")
	                            : make_new(c, do_mknod, "mknod"));
	CLOSED int fd = openat(c->parent, c->base, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		fail(object(c), "open");
	set_attr(c, fd, false);
}

/* A further name of what has been copied. False: it is to be copied. */
static bool make_link(struct copying *c)
{
	const struct context_entry *entry = c->entry;

	if (entry->st.st_nlink < 2 || !*entry->name)
		return false;
	const char *first = links_note(&c->links, &entry->st, entry->name);
	if (!first)
		return false;
	for (int tries = 0; tries < 2; tries++) {
		if (linkat(c->directories[0], first, c->parent, c->base, 0) == 0)
			return true;
		if (errno != EEXIST)
			return false; /* a file of its own is as good */
		landing_clear(c->parent, c->base, object(c));
	}
	return false;
}

static void make_file(struct copying *c)
{
	const struct context_entry *entry = c->entry;

	if (make_link(c))
		return;
	int fd = make_new(c, do_create, "create");
	if (copy_contents(entry->fd, fd, entry->st.st_size)) {
		if (errno == ENODATA)
			refuse(layer_object(NULL, entry->object),
			       "became shorter while it was read");
		fail(object(c), "copy");
	}
	set_attr(c, fd, true);
	if (close(fd))
		fail(object(c), "close");
}

/* It gets what it is like when all that is in it is there. */
static void make_directory(struct copying *c)
{
	if (mkdirat(c->parent, c->base, 0700) && errno != EEXIST)
		fail(object(c), "mkdir");
	int fd = openat(c->parent, c->base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		refuse(object(c), "is no directory, and cannot become one");
	if (fd < 0)
		fail(object(c), "open");
	push(c, fd);
}

static void enter(void *of, const struct context_entry *entry)
{
	struct copying *c = of;
	mode_t mode = entry->st.st_mode;
	FREED char *name = NULL;
	CLOSED int destination = -1;

	c->entry = entry;
	c->name = entry->name;
	if (S_ISSOCK(mode)) {
		complain_plainly(layer_object(NULL, entry->object), "is a socket: left out");
		return;
	}
	if (!*entry->name) {
		if (S_ISREG(mode) && c->to->unpack && context_unpack(entry, c->to))
			return;
		destination = open_destination(c, &name);
		if (S_ISDIR(mode)) {
			push(c, destination);
			destination = -1;
			return;
		}
		c->parent = destination;
		c->base = name;
	} else {
		c->parent = c->directories[c->depth - 1];
		c->base = entry->base;
	}
	if (S_ISDIR(mode))
		make_directory(c);
	else if (S_ISREG(mode))
		make_file(c);
	else
		make_special(c);
}

static void leave(void *of, const struct context_entry *entry)
{
	struct copying *c = of;
	CLOSED int fd = c->directories[--c->depth];

	c->entry = entry;
	c->name = entry->name;
	if (*entry->name)
		set_attr(c, fd, true);
}

void context_copy(const struct context *context, const struct context_sources *sources,
                  const struct copy_to *to)
{
	struct copying c = {.to = to, .several = sources->count > 1};
	struct context_visitor visitor = {&c, enter, leave};

	inside_elsewhere(to->root, to->owned ? to->uid : 0, to->owned ? to->gid : 0);
	for (size_t i = 0; i < sources->count; i++) {
		context_walk(context, &sources->at[i], &visitor);
		links_free(c.links);
		c.links = NULL;
	}
	free(c.directories);
}
