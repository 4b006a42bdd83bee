/*
 * One file of a build's context, made in the tree of an image.
 */
#ifndef CONTEXT_MAKE_H
#define CONTEXT_MAKE_H

#include "context_copy.h"

struct context_making {
	const struct copy_to *to;
	const struct context_entry *entry;
	const char *name; /* of it below DEST, for messages */
	int parent;       /* the directory where it is made, */
	const char *base; /* by this name */
	int top;          /* the directory that the source is copied into */
	void *links;      /* files of the source that have several names, by layer_links.h */
};

/*
 * What is no directory. A file, or link, that has the name gives way; anything else is refuse()d.
 * fail()s.
 */
void context_make(struct context_making *making);

/*
 * A directory, or one that is there: a descriptor of it. It gets the attributes of the one in the
 * context when all that is in it has been made. fail()s and refuse()s.
 */
int context_make_directory(struct context_making *making);
void context_finish_directory(struct context_making *making, int fd);

#endif
