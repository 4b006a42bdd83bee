/*
 * The blob that an archive is kept as, in a file: written while it is read; or the very file that
 * is read, under another name.
 */
#ifndef LAYER_BLOB_H
#define LAYER_BLOB_H

#include <stdbool.h>
#include <stdint.h>

struct layer_blob {
	const char *path; /* NULL: it is not kept */
	int fd;           /* to write it to; -1: not needed */
	int taken;        /* the file that becomes it; -1: none does */
	int place;        /* one that stands for it until then */
};

/*
 * Make the file, which must not exist; it is gone if the tool fails later on. take: nobody else
 * needs what is open as `input`, so that becomes the blob if it can: a file that is as a blob has
 * to be, on the same file system, and written by nobody but ourselves. fail()s.
 */
void layer_blob_open(struct layer_blob *blob, int input, bool take);

/* So many bytes have been read: one that is taken grows, too, for who watches the file. */
void layer_blob_grow(const struct layer_blob *blob, uint64_t read);

/* All is read, and is what it has to be. fail()s. */
void layer_blob_close(struct layer_blob *blob);

#endif
