/*
 * A directory as a layer: a tar archive (pax), the same bytes for the same tree.
 */
#ifndef LAYER_PACK_H
#define LAYER_PACK_H

#include "layer_stream.h"

/*
 * Write all below the directory `path` to the descriptor out: sorted by name, owners as numbers,
 * times to the nanosecond, extended attributes, hard links. File systems mounted below are left
 * out, but for the directory they are mounted on; sockets with a line on stderr. fail()s.
 * upper: it is an upper directory of overlayfs; what that deletes, the layer does.
 * facts: NULL if nobody asks: a digest takes its time.
 */
void layer_pack(const char *path, bool upper, int out, struct layer_facts *facts);

#endif
