/*
 * Images as they are given to others: an OCI layout, with Docker's manifest.json beside it, so that
 * who knows either finds all. Blobs are as the store has them. The same images make the same bytes.
 *
 * Source: OCI image specification, image-layout.md; `docker save` of Docker 25, which does the
 * same.
 */
#ifndef IMAGE_SAVE_H
#define IMAGE_SAVE_H

#include "image.h"
#include "opt.h"

struct saved_blob {
	const char *digest;
	uint64_t size;
	int fd;
};

struct saved {
	json_t *index;        /* index.json */
	json_t *manifests;    /* manifest.json, an array */
	json_t *repositories; /* of still older readers: {NAME: {TAG: the topmost layer}} */
	struct saved_blob
	        *blobs; /* each once, in the order of the images: manifest, config, layers */
	size_t count;
	uint64_t bytes; /* of the blobs */
};

/*
 * Find the images, and open what belongs to them, which is then there whatever becomes of the
 * store. A name without a tag is that with all its tags. What was given as an id, or with a digest,
 * has no name in what is saved. Where there are names in `as`, those are it instead. The store is
 * locked. refuse()s images that are not there, damaged, or lack a layer.
 */
void save_open(const struct store *store, const struct list *wanted, const struct list *as,
               struct saved *saved);

/*
 * Write it as a tar archive to the descriptor out, called `name` in messages. refuse()s a blob
 * whose digest is wrong: the archive lacks its end then. progress: on stderr, if that is a
 * terminal.
 */
void save_tar(const struct saved *saved, int out, const char *name, bool progress);

/*
 * Make the directory, an OCI layout with nothing of Docker's. It shares the blobs with the store,
 * and so has to be on the same file system. The store is locked. fail()s without leaving anything.
 */
void save_layout(const struct store *store, const struct saved *saved, const char *directory);

#endif
