/*
 * Decompression of a layer, for the thread that reads it (layer_stream.c): told by the first bytes.
 * What is damaged, cut off, or has something else behind it is an error.
 */
#ifndef LAYER_EXPAND_H
#define LAYER_EXPAND_H

#include "layer_stream.h"
#include <archive.h>
#include <sys/types.h>

struct expander {
	const char *magic;
	size_t length; /* of magic */
	bool compressed;
	bool kept;              /* OCI has a media type for it: the blob is as it came */
	const char *media_type; /* of the blob */
	int (*expand)(struct stream *stream, const struct expander *by); /* 0, -1: noted */
	int (*filter)(struct archive *archive);                          /* of libarchive */
};

const struct expander *expander_for(const void *data, size_t length);

/* The ends of the stream between which that happens. */

/* The next bytes that were read; 0 at the end, -1 when that failed (and is noted). */
ssize_t stream_fetch(struct stream *stream, const void **data);

/* Bytes of the archive. 0, or -1: it failed and is noted. */
int stream_emit(struct stream *stream, const void *data, size_t length);

/* As stream_emit(), of what was fetched last: not copied, and not to be looked at again. */
int stream_pass(struct stream *stream, size_t length);

/* Note what failed, once: as fail(), or with number 0 as refuse(). Returns -1. The texts are kept.
 */
int stream_error(struct stream *stream, const char *object, const char *error, int number);

#endif
