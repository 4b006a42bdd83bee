/* A tree that an archive is copied to: see landing.h. */
#define _GNU_SOURCE
#include "landing.h"

#include "err.h"
#include "io.h"
#include "lookup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

void landing_open(struct landing *landing, struct tree *tree)
{
	*tree = (struct tree){.path = landing->path, .landing = landing, .root = -1, .parent = -1};
}

/* The destination is a directory: the tree is that. */
static void open_directory(struct tree *tree, int above, const char *last)
{
	tree->root = openat(above, last, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (tree->root < 0)
		fail(tree->path, "open");
}

/* It is in one, and is there as a file, or not yet. */
static void open_above(struct tree *tree, int above, const char *last)
{
	tree->root = openat(above, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tree->root < 0)
		fail(tree->path, "open the directory that it is in");
	tree->landing->as = xstrdup(last);
}

static void settle(struct tree *tree, bool directory)
{
	struct landing *l = tree->landing;
	FREED char *last = NULL;
	bool slash;
	struct stat st;
	CLOSED int above = lookup_place(l->root, l->path, &last, &slash);

	l->settled = true;
	if (above < 0)
		fail(l->path, "open the directory that it is in");
	bool there = fstatat(above, last, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!there && errno != ENOENT)
		fail(l->path, "stat");
	if (there && S_ISDIR(st.st_mode)) {
		open_directory(tree, above, last);
		return;
	}
	errno = there ? ENOTDIR : ENOENT;
	if (l->into || (slash && (there || !directory)))
		fail(l->path, "open the directory");
	if (there && directory)
		refuse(l->path, "is a file, and cannot become a directory");
	if (there && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		refuse(l->path, "is neither a file nor a directory");
	open_above(tree, above, last);
}

char *landing_name(struct tree *tree, struct archive_entry *entry, const char *name)
{
	struct landing *l = tree->landing;

	if (!l->settled) {
		l->contents = !*name;
		settle(tree, entry && archive_entry_filetype(entry) == AE_IFDIR);
	}
	if (!l->as)
		return xstrdup(name);
	if (!l->contents)
		name += strcspn(name, "/");
	name += *name == '/';
	return *name ? xprintf("%s/%s", l->as, name) : xstrdup(l->as);
}

void landing_own(const struct landing *landing, struct layer_attr *attr, mode_t type)
{
	attr->forced = true;
	if (!landing->owned)
		return;
	if (attr->uid != landing->uid && type != AE_IFDIR)
		attr->mode &= ~(mode_t)S_ISUID;
	if (attr->gid != landing->gid && type != AE_IFDIR)
		attr->mode &= ~(mode_t)S_ISGID;
	for (struct layer_xattr **at = &attr->xattrs, *x; (x = *at);) {
		if (attr->uid != landing->uid && !strcmp(x->name, "security.capability")) {
			*at = x->next;
			free(x);
		} else {
			at = &x->next;
		}
	}
	attr->uid = landing->uid;
	attr->gid = landing->gid;
}

bool landing_leaves_out(const struct landing *landing, mode_t type, const char *object)
{
	if (!landing->no_devices || (type != AE_IFCHR && type != AE_IFBLK))
		return false;
	complain_plainly(object, "is a device: left out");
	return true;
}

void landing_clear(int parent, const char *base, const char *object)
{
	if (unlinkat(parent, base, 0) == 0 || errno == ENOENT)
		return;
	if (errno == EISDIR)
		refuse(object, "is a directory, and cannot become a file");
	fail(object, "remove what has the name already");
}
