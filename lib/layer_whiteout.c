/*
 * Whiteouts of an archive, in a tree that is a layer over others: see layer_tree.h.
 *
 * They speak of the layers below alone, wherever in the archive they stand: what the layer itself
 * has under the same name stays. So they are made when all the rest is there.
 */
#define _GNU_SOURCE
#include "layer_tree.h"

#include "err.h"
#include "io.h"
#include "whiteout.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20 }; /* a million of names of everyday life */

static const char prefix[] = ".wh.", opaque[] = ".wh..wh..opq", aufs[] = ".wh..wh.";

static bool begins_with(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* The first part that is a whiteout. */
static const char *find_whiteout(const char *name)
{
	const char *inner = strstr(name, "/.wh.");

	return begins_with(name, prefix) ? name : inner + 1;
}

void tree_add_whiteout(struct tree *tree, const char *name)
{
	const char *part = find_whiteout(name), *hidden = part + strlen(prefix);

	/* Notes of aufs, which had whiteouts first; they are of no meaning to others. */
	if (begins_with(part, aufs) && strcmp(part, opaque) != 0)
		return;
	if (strchr(part, '/'))
		refuse(layer_object(tree->path, name), "is inside of a whiteout");
	if (!*hidden || strcmp(hidden, ".") == 0 || strcmp(hidden, "..") == 0)
		refuse(layer_object(tree->path, name), "is a whiteout of no file");
	if (strcmp(name, opaque) == 0)
		refuse(layer_object(tree->path, name),
		       "deletes all of the layers below, which no layer of overlayfs can");
	tree->whiteout_bytes += strlen(name) + 4 * sizeof(char *);
	if (tree->whiteout_bytes > MOST_BYTES)
		refuse(tree->path, "the names of its whiteouts take more than %d MiB",
		       MOST_BYTES >> 20);
	list_add(&tree->whiteouts, xstrdup(name));
}

static void make(struct tree *tree, const char *name)
{
	const char *base;
	int parent = tree_parent_if(tree, name, &base);
	const char *hidden = base + strlen(prefix);
	CLOSED int own = -1;

	/* What the layer has in place of the directory hides all of it; some programs say it again.
	 */
	if (parent < 0)
		return;
	if (strcmp(base, opaque) == 0) {
		if (make_opaque(parent))
			fail(layer_object(tree->path, name), "make the directory opaque");
		return;
	}
	if (make_whiteout(parent, hidden) == 0)
		return;
	if (errno != EEXIST)
		fail(layer_object(tree->path, name), "make the whiteout");
	/* A directory would show what is in the one that it replaces. */
	own = openat(parent, hidden, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (own < 0 ? errno != ENOTDIR && errno != ELOOP : make_opaque(own))
		fail(layer_object(tree->path, name), "make the directory opaque");
}

static int depth(const char *name)
{
	int slashes = 0;

	for (; *name; name++)
		slashes += *name == '/';
	return slashes;
}

/* A directory that has whiteouts in it is one before it is asked whether it is there. */
static int deepest_first(const void *a, const void *b)
{
	return depth(*(char *const *)b) - depth(*(char *const *)a);
}

void tree_make_whiteouts(struct tree *tree)
{
	if (tree->whiteouts.count)
		qsort(tree->whiteouts.at, tree->whiteouts.count, sizeof(char *), deepest_first);
	for (size_t i = 0; i < tree->whiteouts.count; i++) {
		make(tree, tree->whiteouts.at[i]);
		free(tree->whiteouts.at[i]);
	}
	free(tree->whiteouts.at);
	tree->whiteouts = (struct list){0};
}
