/* The directories that an archive's entries are in: see layer_tree.h. */
#define _GNU_SOURCE
#include "layer_tree.h"

#include "err.h"
#include "io.h"
#include "sys.h"
#include <errno.h>
#include <string.h>

enum { INSIDE = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV };

void tree_forget_parent(struct tree *tree)
{
	if (tree->parent >= 0)
		(void)close(tree->parent);
	free(tree->parent_name);
	tree->parent = -1;
	tree->parent_name = NULL;
}

/* What is copied to may have volumes mounted below. */
static uint64_t how_far(const struct tree *tree)
{
	return tree->landing ? INSIDE & ~RESOLVE_NO_XDEV : INSIDE;
}

int tree_open_inside(const struct tree *tree, const char *name)
{
	return sys_openat2(tree->root, *name ? name : ".", O_RDONLY | O_DIRECTORY, how_far(tree));
}

/* As the layers below have it: what is in the way to an entry is not changed by that. */
static void inherit(struct tree *tree, const char *name, const struct lower *below)
{
	struct layer_attr attr;

	if (!below->count)
		return;
	layer_attr_of(&attr, below->parts[0].fd, layer_object(tree->path, name));
	tree_add_directory(tree, name, &attr);
}

static void make_parents(struct tree *tree, char *name)
{
	struct lower below = {0};
	int at = dup(tree->root);

	for (char *part = name; at >= 0 && part;) {
		char *slash = strchr(part, '/');

		if (slash)
			*slash = '\0';
		struct lower inner = lower_enter(part == name ? &tree->lower : &below, part);
		lower_close(&below);
		below = inner;
		if (mkdirat(at, part, 0755) == 0) { /* what fails, fails again when it is opened */
			tree->parents_made++;
			inherit(tree, name, &below);
		}
		int next = sys_openat2(at, part, O_RDONLY | O_DIRECTORY, how_far(tree));
		if (slash)
			*slash = '/';
		(void)close(at);
		at = next;
		part = slash ? slash + 1 : NULL;
	}
	lower_close(&below);
	close_fd(&at);
}

int tree_parent_if(struct tree *tree, const char *name, const char **base)
{
	const char *slash = strrchr(name, '/');
	size_t length = slash ? (size_t)(slash - name) : 0;

	*base = slash ? slash + 1 : name;
	if (tree->parent >= 0 && strncmp(tree->parent_name, name, length) == 0 &&
	    !tree->parent_name[length])
		return tree->parent;
	tree_forget_parent(tree);
	tree->parent_name = xprintf("%.*s", (int)length, name);
	tree->parent = tree_open_inside(tree, tree->parent_name);
	if (tree->parent < 0 && errno == ENOENT) {
		make_parents(tree, tree->parent_name);
		tree->parent = tree_open_inside(tree, tree->parent_name);
	}
	if (tree->parent < 0 && errno != ELOOP && errno != ENOTDIR)
		fail(layer_object(tree->path, name), "open the directory that it is in");
	return tree->parent;
}

int tree_parent(struct tree *tree, const char *name, const char **base)
{
	int parent = tree_parent_if(tree, name, base);

	if (parent < 0 && errno == ELOOP)
		refuse(layer_object(tree->path, name), "the name leads through a symbolic link");
	if (parent < 0)
		fail(layer_object(tree->path, name), "open the directory that it is in");
	return parent;
}
