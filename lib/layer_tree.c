/* The directory that an archive is unpacked into: see layer_tree.h. */
#define _GNU_SOURCE
#include "layer_tree.h"

#include "err.h"
#include "io.h"
#include "landing.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

/* Of the attributes that wait for the end. An everyday image has less than a MiB of them. */
enum { TIDY_BYTES = 16 << 20, MOST_BYTES = 256 << 20 };

struct tree_directory {
	char *name;
	size_t number;
	struct layer_attr attr;
};

static void undo(void *of)
{
	struct tree *tree = of;

	if (tree->made && remove_tree(AT_FDCWD, tree->path))
		complain(tree->path, "remove");
	if (!tree->taken)
		return;
	DIR *dir = fdopendir(tree->root);
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    remove_tree(tree->root, entry->d_name))
			complain(tree->path, "remove %s", entry->d_name);
	if (fchown(tree->root, tree->old.st_uid, tree->old.st_gid) ||
	    fchmod(tree->root, tree->old.st_mode & 07777))
		complain(tree->path, "give it back its owner and mode");
}

static void need_empty(const struct tree *tree)
{
	DIR *dir = opendir(tree->path);

	if (!dir)
		fail(tree->path, "read");
	for (struct dirent *entry; (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			refuse(tree->path, "is not empty");
	(void)closedir(dir);
}

/*
 * Until all is done nobody else looks in. And nothing is inherited by what is made in it: no group
 * (a set-group-ID bit further up), no ACL, so that files are as they were asked for.
 */
static void take_over(struct tree *tree)
{
	static const char *const acls[] = {"system.posix_acl_access", "system.posix_acl_default"};

	if (fchown(tree->root, geteuid(), getegid()))
		fail(tree->path, "take over");
	tree->taken = !tree->made;
	for (int i = 0; i < 2; i++)
		if (fremovexattr(tree->root, acls[i]) && errno != ENODATA && errno != EOPNOTSUPP)
			fail(tree->path, "remove the attribute %s", acls[i]);
	if (fchmod(tree->root, 0700))
		fail(tree->path, "change the mode");
}

void tree_open(struct tree *tree, const char *path, bool over)
{
	*tree = (struct tree){.path = path, .over = over, .parent = -1, .tidy_at = TIDY_BYTES};
	tree->made = mkdir(path, 0700) == 0;
	if (!tree->made && errno != EEXIST)
		fail(path, "mkdir");
	on_failure(undo, tree);
	tree->root = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (tree->root < 0 || fstat(tree->root, &tree->old))
		fail(path, "open");
	if (!tree->made)
		need_empty(tree);
	take_over(tree);
}

void tree_remove(struct tree *tree, const char *name)
{
	const char *base;
	int parent = tree_parent(tree, name, &base);

	if (tree->landing)
		landing_clear(parent, base, layer_object(tree->path, name));
	else if (remove_tree(parent, base))
		fail(layer_object(tree->path, name), "remove what has the name already");
	tree_forget_parent(tree); /* it may have been one of those */
}

static size_t bytes_of(const struct tree_directory *d)
{
	size_t bytes = sizeof(*d) + strlen(d->name);

	for (const struct layer_xattr *x = d->attr.xattrs; x; x = x->next)
		bytes += sizeof(*x) + strlen(x->name) + x->size;
	return bytes;
}

/* What is below comes first: it is the way in that its directory's mode may close. */
static int deepest_first(const void *a, const void *b)
{
	const struct tree_directory *x = a, *y = b;
	int order = strcmp(y->name, x->name);

	return order ? order : x->number < y->number ? 1 : -1;
}

/*
 * An archive may name the same directory as often as it likes: forget all of it but the last one.
 * What is left has to be less than would threaten this machine.
 */
static void tidy(struct tree *tree)
{
	size_t kept = 0;

	if (tree->count)
		qsort(tree->directories, tree->count, sizeof(*tree->directories), deepest_first);
	for (size_t i = 0; i < tree->count; i++) {
		struct tree_directory *d = &tree->directories[i];

		if (!kept || strcmp(tree->directories[kept - 1].name, d->name) != 0) {
			tree->directories[kept++] = *d;
			continue;
		}
		tree->bytes -= bytes_of(d);
		layer_attr_free(&d->attr);
		free(d->name);
	}
	tree->count = kept;
	if (tree->bytes > MOST_BYTES)
		refuse(tree->path, "the attributes of its directories take more than %d MiB",
		       MOST_BYTES >> 20);
	tree->tidy_at = 2 * tree->bytes > TIDY_BYTES ? 2 * tree->bytes : TIDY_BYTES;
}

void tree_add_directory(struct tree *tree, const char *name, const struct layer_attr *attr)
{
	if (tree->bytes > tree->tidy_at)
		tidy(tree);
	if (tree->count == tree->room) {
		tree->room = tree->room ? 2 * tree->room : 256;
		tree->directories =
		        xrealloc(tree->directories, tree->room * sizeof(*tree->directories));
	}
	struct tree_directory *new = &tree->directories[tree->count++];
	*new = (struct tree_directory){xstrdup(name), tree->added++, *attr};
	tree->bytes += bytes_of(new);
}

static void finish_directory(struct tree *tree, const struct tree_directory *d)
{
	CLOSED int fd = tree_open_inside(tree, d->name);

	/* A later entry may have put something else in its place. */
	if (fd < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
		fail(layer_object(tree->path, d->name), "open");
	if (fd >= 0)
		layer_attr_set(&d->attr, fd, MODE_UNKNOWN, layer_object(tree->path, d->name));
}

void tree_finish(struct tree *tree)
{
	tree_make_whiteouts(tree);
	tree_forget_parent(tree);
	tidy(tree);
	for (size_t i = 0; i < tree->count; i++)
		finish_directory(tree, &tree->directories[i]);
	if (tree->landing)
		return; /* which has its own root */
	if (tree->count && !*tree->directories[tree->count - 1].name)
		return; /* that was the root, which is the last one */
	if (tree->taken && fchown(tree->root, tree->old.st_uid, tree->old.st_gid))
		fail(tree->path, "give it back its owner");
	if (fchmod(tree->root, tree->made ? 0755 : tree->old.st_mode & 07777))
		fail(tree->path, "change the mode");
}
