/*
 * One entry of an archive, made in a tree.
 */
#ifndef LAYER_MAKE_H
#define LAYER_MAKE_H

#include "layer_tree.h"
#include <stdint.h>

struct making {
	struct archive *archive;
	struct archive_entry *entry;
	struct tree *tree;
	const char *name;       /* in the tree, as layer_name() has it */
	struct layer_attr attr; /* until it is made */
	uint64_t content;       /* bytes in regular files, counted here */
};

/*
 * Make it; something else that has the name gives way. Fails as tree.h's functions do, and refuses
 * whiteouts, by which a layer deletes files of the layers below, in a tree that is over none.
 */
void layer_make(struct making *making);

/* What libarchive says of the archive. */
const char *making_error(const struct making *making);

#endif
