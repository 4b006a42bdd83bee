/*
 * The directory that an archive is unpacked into. Names are resolved below it by the kernel, one
 * descriptor at a time, and never through a symbolic link: whatever is made, changed or removed
 * is inside. Everything here fail()s or refuse()s, naming the object.
 */
#ifndef LAYER_TREE_H
#define LAYER_TREE_H

#include "layer_attr.h"
#include "layer_limit.h"
#include "layer_lower.h"
#include "layer_name.h"
#include "opt.h"

struct landing;

struct tree {
	const char *path;
	bool over;               /* a layer over others, which may delete what they have */
	struct landing *landing; /* a tree that is there already and is copied to; NULL: a layer */
	const struct layer_limit *limit; /* of what comes out of the archive; NULL: none */
	struct lower lower;              /* the layers below, whose directories it goes on with */
	uint64_t parents_made; /* directories that an entry needed and the archive did not have */
	int root;
	bool made;         /* it was not there before */
	bool taken;        /* it was, and is ours for as long as this takes */
	struct stat old;   /* as it was then */
	int parent;        /* the directory that was used last, */
	char *parent_name; /* and its name below the root; NULL: none */
	struct tree_directory *directories;
	size_t count, room, added;
	size_t bytes, tidy_at; /* what they take; when to look for what has been replaced */
	struct list whiteouts; /* names as the archive has them */
	size_t whiteout_bytes;
};

/*
 * Make the directory, or take one that is empty. It is gone, or empty, if the tool fails later on.
 * over: whiteouts become those of overlayfs; else the tree has none.
 */
void tree_open(struct tree *tree, const char *path, bool over);

/* The directory that holds `name`, made with mode 755 if it is missing; *base: the last part. */
int tree_parent(struct tree *tree, const char *name, const char **base);
/* The same; -1: a file or a symbolic link is in its place, or on the way. */
int tree_parent_if(struct tree *tree, const char *name, const char **base);

/* A directory of the tree, which is not reached through a symbolic link; -1: see errno. */
int tree_open_inside(const struct tree *tree, const char *name);

/* The directory that was used last may be gone or be another one. */
void tree_forget_parent(struct tree *tree);

/* Something else has the name: it goes, with what is below. */
void tree_remove(struct tree *tree, const char *name);

/*
 * A directory: it gets its attributes at the end, as what comes into it would change them. Those
 * given last count. There is an end to what they may take together.
 */
void tree_add_directory(struct tree *tree, const char *name, const struct layer_attr *attr);

/* A name that layer_name_is_whiteout(): the file, or all of the directory, that it deletes. */
void tree_add_whiteout(struct tree *tree, const char *name);
void tree_make_whiteouts(struct tree *tree); /* for tree_finish() */

/* All is unpacked: make the whiteouts, give the directories their attributes. */
void tree_finish(struct tree *tree);

#endif
