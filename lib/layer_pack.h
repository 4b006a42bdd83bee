/*
 * A directory as a layer: a tar archive (pax), the same bytes for the same tree.
 */
#ifndef LAYER_PACK_H
#define LAYER_PACK_H

#include "layer_stream.h"
#include <stdbool.h>

struct layer_source {
	const char *path; /* a directory */
	bool upper; /* it is an upper directory of overlayfs; what that deletes, the layer does */
	bool live;  /* it is in use: what vanishes is left out, what becomes shorter is filled up
	               with  zeros, and both told on stderr; else they are errors */

	/* No layer, but a file or directory of any tree, with what is mounted below: */
	const char *name; /* what it is called in the archive, "" for none; else NULL */
	int fd;           /* O_PATH; `path` is for messages */
};

/*
 * Write all below the directory to the descriptor out: sorted by name, owners as numbers, times to
 * the nanosecond, extended attributes, hard links. File systems mounted below are left out, but for
 * the directory they are mounted on; sockets with a line on stderr. fail()s.
 * facts: NULL if nobody asks: a digest takes its time.
 */
void layer_pack(const struct layer_source *source, int out, struct layer_facts *facts);

#endif
