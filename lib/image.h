/*
 * One image: what an entry of the index, its manifest and its config say together.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include "layout_steps.h"

struct image {
	json_t *entry;         /* of the index */
	const char *name;      /* NAME:TAG or NAME@DIGEST, or NULL */
	const char *digest;    /* of the manifest */
	const char *id;        /* the digest of the config, as Docker has it */
	struct place manifest; /* whole */
	struct place config;   /* the whole config: created, config, rootfs, history */
};

/*
 * Find it by name, by digest of its manifest, or by id or the beginning of one, in hexadecimal with
 * or without sha256:. A name comes first, as Docker has it. refuse()s when there is none, several,
 * or when it is damaged.
 */
void image_find(const struct store *store, const char *text, struct image *image);

/* The same. False: there is none, though there could be. */
bool image_look(const struct store *store, const char *text, struct image *image);

/* The entry of the index with this name or digest; NULL: none. Its image may be damaged. */
json_t *image_entry(const struct store *store, const char *text);

/*
 * Load what an entry of the index refers to; of one that lists an image for each kind of machine,
 * what is for this one. NULL, or why that cannot be, naming the file: `image` has then no more than
 * entry, name, and a digest that may be NULL.
 */
const char *image_load(const struct store *store, json_t *entry, struct image *image);

/* The same of a cached step of a build. */
const char *image_load_step(const struct store *store, const struct cached_step *step,
                            struct image *image);

/*
 * Load the image of an entry if its id begins with `id`, which has sha256: before it. False: it
 * does not, or nobody knows, as it is damaged. What need not be loaded for that is not.
 */
bool image_load_if(const struct store *store, json_t *entry, const char *id, struct image *image);

/* Free what was loaded; id and digest are gone with it. */
void image_unload(struct image *image);

/* What an index says of the machines that the image with this config is for. */
json_t *image_platform(const json_t *config);

/* The diff ids of the image's layers, the lowest first. Each is a valid digest. */
size_t image_layer_count(const struct image *image);
const char *image_layer(const struct image *image, size_t i);

/* Bytes of all files in the layers that are unpacked; or in the i-th of them. */
uint64_t image_size(const struct store *store, const struct image *image);
uint64_t image_layer_size(const struct store *store, const struct image *image, size_t i);

/* As the specification of images calls this kind of machine: amd64, arm64. */
const char *image_architecture(void);

/* One of the facts of a layer, layers/HEX/facts, or NULL; the caller frees it. */
char *layer_fact(int layers, const char *directory, const char *key);

#endif
