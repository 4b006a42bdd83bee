/* The directory that an archive is unpacked into: see layer_tree.h. */
#define _GNU_SOURCE
#include "layer_tree.h"

#include "err.h"
#include "io.h"
#include "sys.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

enum { INSIDE = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV };

struct tree_directory {
	char *name;
	struct layer_attr attr;
};

const char *tree_object(const struct tree *tree, const char *name)
{
	static char *text;

	text = xrealloc(text, strlen(tree ? tree->path : "") + 4 * strlen(name) + 2);
	char *at = stpcpy(text, tree ? tree->path : "");

	if (*name && tree)
		*at++ = '/';
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (c < ' ' || c == 0x7f)
			at += sprintf(at, "\\%03o", c); /* NOLINT: there is room for four each */
		else
			*at++ = *name;
	}
	*at = '\0';
	return text;
}

static void undo(void *of)
{
	struct tree *tree = of;

	if (tree->made) {
		if (remove_tree(AT_FDCWD, tree->path))
			complain(tree->path, "remove");
		return;
	}
	DIR *dir = fdopendir(tree->root);
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    remove_tree(tree->root, entry->d_name))
			complain(tree->path, "remove %s", entry->d_name);
	if (fchown(tree->root, tree->old.st_uid, tree->old.st_gid) ||
	    fchmod(tree->root, tree->old.st_mode & 07777))
		complain(tree->path, "give it back its mode");
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

void tree_open(struct tree *tree, const char *path)
{
	*tree = (struct tree){.path = path, .parent = -1};
	tree->made = mkdir(path, 0700) == 0;
	if (!tree->made && errno != EEXIST)
		fail(path, "mkdir");
	tree->root = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (tree->root < 0 || fstat(tree->root, &tree->old))
		fail(path, "open");
	if (!tree->made)
		need_empty(tree);
	on_failure(undo, tree);
	/*
	 * Until all is done nobody else looks in. And nothing is inherited by what is made in it:
	 * no group (a set-group-ID bit further up), no ACL, so that files are as they were asked
	 * for.
	 */
	if (fchown(tree->root, geteuid(), getegid()) || fchmod(tree->root, 0700))
		fail(path, "take over");
	if (fremovexattr(tree->root, "system.posix_acl_default") && errno != ENODATA &&
	    errno != EOPNOTSUPP)
		fail(path, "remove the default ACL");
}

char *tree_name(char *name)
{
	char *to = name, *from = name;

	if (*name == '/')
		refuse(tree_object(NULL, name), "an absolute name, which leaves the root");
	if (strlen(name) >= PATH_MAX)
		refuse(tree_object(NULL, name), "the name is longer than %d", PATH_MAX);
	while (*from) {
		size_t length = strcspn(from, "/");

		if (length == 2 && strncmp(from, "..", 2) == 0)
			refuse(tree_object(NULL, name), "the name leaves the root by '..'");
		if (length && !(length == 1 && *from == '.')) {
			if (to != name)
				*to++ = '/';
			memmove(to, from, length);
			to += length;
		}
		from += length + (from[length] == '/');
	}
	*to = '\0';
	return name;
}

static void forget_parent(struct tree *tree)
{
	if (tree->parent >= 0)
		(void)close(tree->parent);
	free(tree->parent_name);
	tree->parent = -1;
	tree->parent_name = NULL;
}

static int open_inside(const struct tree *tree, const char *name)
{
	return sys_openat2(tree->root, *name ? name : ".", O_RDONLY | O_DIRECTORY, INSIDE);
}

static void make_parents(struct tree *tree, char *name)
{
	int at = dup(tree->root);

	for (char *part = name, *slash = name; at >= 0 && slash; part = slash + 1) {
		slash = strchr(part, '/');
		if (slash)
			*slash = '\0';
		(void)mkdirat(at, part, 0755); /* what fails, fails again when it is opened */
		int next = sys_openat2(at, part, O_RDONLY | O_DIRECTORY, INSIDE);
		if (slash)
			*slash = '/';
		(void)close(at);
		at = next;
	}
	close_fd(&at);
}

int tree_parent(struct tree *tree, const char *name, const char **base)
{
	const char *slash = strrchr(name, '/');
	size_t length = slash ? (size_t)(slash - name) : 0;

	*base = slash ? slash + 1 : name;
	if (tree->parent_name && strncmp(tree->parent_name, name, length) == 0 &&
	    !tree->parent_name[length])
		return tree->parent;
	forget_parent(tree);
	tree->parent_name = xprintf("%.*s", (int)length, name);
	tree->parent = open_inside(tree, tree->parent_name);
	if (tree->parent < 0 && errno == ENOENT) {
		make_parents(tree, tree->parent_name);
		tree->parent = open_inside(tree, tree->parent_name);
	}
	if (tree->parent < 0 && errno == ELOOP)
		refuse(tree_object(tree, name), "the name leads through a symbolic link");
	if (tree->parent < 0)
		fail(tree_object(tree, name), "open the directory that it is in");
	return tree->parent;
}

void tree_remove(struct tree *tree, const char *name)
{
	const char *base;
	int parent = tree_parent(tree, name, &base);

	if (remove_tree(parent, base))
		fail(tree_object(tree, name), "remove what has the name already");
	forget_parent(tree); /* it may have been one of those */
}

void tree_add_directory(struct tree *tree, const char *name, const struct layer_attr *attr)
{
	if (tree->count == tree->room) {
		tree->room = tree->room ? 2 * tree->room : 256;
		tree->directories =
		        xrealloc(tree->directories, tree->room * sizeof(*tree->directories));
	}
	tree->directories[tree->count++] = (struct tree_directory){xstrdup(name), *attr};
}

void tree_finish(struct tree *tree)
{
	bool told_of_root = false;

	forget_parent(tree);
	for (size_t i = 0; i < tree->count; i++) {
		struct tree_directory *d = &tree->directories[i];
		int fd = open_inside(tree, d->name);

		/* A later entry may have put something else in its place. */
		if (fd < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
			fail(tree_object(tree, d->name), "open");
		if (fd >= 0)
			layer_attr_set(&d->attr, fd, -1, NULL, 0700, tree_object(tree, d->name));
		close_fd(&fd);
		told_of_root |= !*d->name;
		free(d->name);
		layer_attr_free(&d->attr);
	}
	free(tree->directories);
	if (!told_of_root && fchmod(tree->root, tree->made ? 0755 : tree->old.st_mode & 07777))
		fail(tree->path, "change the mode");
	(void)close(tree->root);
}
