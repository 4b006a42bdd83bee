/*
 * The bytes of a layer on their way from a file or pipe to who unpacks them: decompressed, digested
 * and stored as a blob meanwhile, by a thread of its own. Each byte is read once.
 */
#ifndef LAYER_STREAM_H
#define LAYER_STREAM_H

#include "digest.h"
#include <stdint.h>

/* What is known of a layer when all of it has passed. */
struct layer_facts {
	char diff_id[DIGEST_LENGTH + 1]; /* of the tar archive */
	char digest[DIGEST_LENGTH + 1];  /* of the blob */
	uint64_t size;                   /* of the blob, bytes */
	uint64_t tar_size;
	const char *media_type; /* of the blob */
};

struct stream;

/*
 * Begin to read fd; the name is for messages. What OCI has a media type for, plain, gzip and zstd,
 * is written to the descriptor `blob` as it comes; bzip2 and xz decompressed. blob < 0: nowhere.
 */
struct stream *stream_open(int fd, const char *name, int blob, const char *blob_name);

/*
 * The next bytes of the archive, there until the next call. 0 at the end. What the thread has
 * failed at is told here, by fail() or refuse(), so that only one thread ever undoes anything.
 */
size_t stream_read(struct stream *stream, const void **data);

/* After the end: the facts, and with how many zero bytes the archive ended. */
uint64_t stream_finish(struct stream *stream, struct layer_facts *facts);

/* What it is called in messages. */
const char *stream_name(const struct stream *stream);

/* How many bytes of fd have been read, for who shows progress. */
uint64_t stream_position(struct stream *stream);

#endif
