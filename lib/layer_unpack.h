/*
 * The entries of a layer's archive, made in a tree.
 */
#ifndef LAYER_UNPACK_H
#define LAYER_UNPACK_H

#include "layer_stream.h"
#include "layer_tree.h"

struct layer_counts {
	uint64_t entries;
	uint64_t content; /* bytes in regular files, each counted once */
	uint64_t implied; /* directories that entries needed before the archive had them */
	uint64_t end;     /* where in the archive the last entry ends */
};

/*
 * Unpack all that the stream has, which has to be one whole tar archive: one that is damaged is
 * refused; that it ends where it should is for the caller to check, who finishes the stream. Fails
 * as layer_make() does. tick: called for every piece that is read.
 */
void layer_unpack(struct stream *stream, struct tree *tree, struct layer_counts *counts,
                  void (*tick)(struct stream *stream));

/*
 * refuse()s an archive that was cut off between two entries, or has something else behind its end.
 * name: of the stream; size, zeros: as stream_finish() tells them.
 */
void layer_check_end(const char *name, const struct layer_counts *counts, uint64_t size,
                     uint64_t zeros);

#endif
