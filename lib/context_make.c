/*
 * One file of a context, made in an image: see context_make.h.
 */
#define _GNU_SOURCE
#include "context_make.h"

#include "context_attr.h"
#include "copy.h"
#include "err.h"
#include "file_mode.h"
#include "io.h"
#include "landing.h"
#include "layer_links.h"
#include "layer_name.h"
#include "whiteout.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* For a message: as it is called in the image. */
static const char *object(const struct context_making *m)
{
	return layer_object(m->to->path[1] ? m->to->path : "", m->name);
}

/* A list of access rights has the permissions in it, and would change them back. */
static void take_xattrs(struct layer_attr *attr, bool acl)
{
	const struct layer_xattr *x = attr->xattrs;

	for (attr->xattrs = NULL; x; x = x->next)
		if (acl || strcmp(x->name, "system.posix_acl_access") != 0)
			layer_attr_add(attr, x->name, x->value, x->size);
}

static void set_attr(struct context_making *m, int fd, bool opened)
{
	struct layer_attr attr = m->entry->attr;
	mode_t mode = m->entry->st.st_mode;
	const struct copy_to *to = m->to;
	bool changed = to->mode && file_mode_change(to->mode, &mode);

	take_xattrs(&attr, !changed);
	if (to->owned)
		attr.uid = to->uid, attr.gid = to->gid;
	if (changed)
		attr.mode = mode & 07777;
	if (opened)
		layer_attr_set(&attr, fd, MODE_UNKNOWN, object(m));
	else
		layer_attr_set_unopened(&attr, fd, S_ISLNK(mode) ? S_IFLNK : MODE_UNKNOWN,
		                        object(m));
	layer_attr_free(&attr);
}

/* Make it with `make`, which does one system call. A file that is there gives way. */
static int make_new(struct context_making *m, int (*make)(struct context_making *m),
                    const char *what)
{
	int result = make(m);

	if (result < 0 && errno == EEXIST) {
		landing_clear(m->parent, m->base, object(m));
		result = make(m);
	}
	if (result < 0)
		fail(object(m), "%s", what);
	return result;
}

static int do_create(struct context_making *m)
{
	return openat(m->parent, m->base, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static int do_symlink(struct context_making *m)
{
	return symlinkat(context_link(m->entry), m->parent, m->base);
}

static int do_mknod(struct context_making *m)
{
	const struct stat *st = &m->entry->st;

	return mknodat(m->parent, m->base, (st->st_mode & S_IFMT) | 0600, st->st_rdev);
}

static void make_special(struct context_making *m)
{
	const struct stat *st = &m->entry->st;

	if (is_whiteout_device(st->st_mode & S_IFMT, st->st_rdev))
		refuse(object(m), "is the device by which overlayfs deletes files");
	(void)(S_ISLNK(st->st_mode) ? make_new(m, do_symlink, "symlink")
	                            : make_new(m, do_mknod, "mknod"));
	CLOSED int fd = openat(m->parent, m->base, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		fail(object(m), "open");
	set_attr(m, fd, false);
}

/* A further name of what has been copied. False: it is to be copied. */
static bool make_link(struct context_making *m)
{
	const struct context_entry *entry = m->entry;

	if (entry->st.st_nlink < 2 || !*entry->name)
		return false;
	const char *first = links_note(&m->links, &entry->st, entry->name);
	if (!first)
		return false;
	for (int tries = 0; tries < 2; tries++) {
		if (linkat(m->top, first, m->parent, m->base, 0) == 0)
			return true;
		if (errno != EEXIST)
			return false; /* a file of its own is as good */
		landing_clear(m->parent, m->base, object(m));
	}
	return false;
}

static void make_file(struct context_making *m)
{
	const struct context_entry *entry = m->entry;

	if (make_link(m))
		return;
	int fd = make_new(m, do_create, "create");
	if (copy_contents(entry->fd, fd, entry->st.st_size)) {
		if (errno == ENODATA)
			refuse(layer_object(NULL, entry->object),
			       "became shorter while it was read");
		fail(object(m), "copy");
	}
	if (m->to->digest) /* nobody can change this one */
		context_digest_file(m->to->digest, fd, object(m));
	set_attr(m, fd, true);
	if (close(fd))
		fail(object(m), "close");
}

void context_make(struct context_making *m)
{
	mode_t mode = m->entry->st.st_mode;

	if (S_ISREG(mode))
		make_file(m);
	else
		make_special(m);
}

int context_make_directory(struct context_making *m)
{
	if (mkdirat(m->parent, m->base, 0700) && errno != EEXIST)
		fail(object(m), "mkdir");
	int fd = openat(m->parent, m->base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		refuse(object(m), "is no directory, and cannot become one");
	if (fd < 0)
		fail(object(m), "open");
	return fd;
}

void context_finish_directory(struct context_making *m, int fd)
{
	set_attr(m, fd, true);
}
