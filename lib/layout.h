/*
 * The store of images, below ROOT:
 *     images/               an OCI image layout: oci-layout, index.json, blobs/sha256/HEX
 *     layers/HEX/tree       a layer unpacked, by the diff id of its archive, shared by all images
 *     layers/HEX/facts      what img-layer told of it: lines KEY TAB VALUE
 *     layers/.new-PID-START-…   one in the making, of the process PID that started at START
 *     layers/.gone-HEX      one on its way out: see store_sweep.c
 * Other programs read the layout and write it, so nothing in it is taken for granted. Source:
 * OCI image specification, image-layout.md, image-index.md, manifest.md, config.md, annotations.md.
 *
 * index.json is replaced as a whole, under the lock of the directory `images`; what it refers to is
 * put in its place before, under the same lock. JSON is synced to the disk, layers are not. All of
 * this fail()s or refuse()s, naming the file.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "digest.h"
#include "json_place.h"
#include <stdbool.h>

#define MEDIA_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define MEDIA_CONFIG   "application/vnd.oci.image.config.v1+json"
#define MEDIA_INDEX    "application/vnd.oci.image.index.v1+json"
#define REF_NAME       "org.opencontainers.image.ref.name"

struct store {
	const char *root; /* an absolute path */
	int images, layers;
	struct place index; /* of index.json */
};

/*
 * Open the store and read its index. make: make what is missing, with modes that a umask of 0 lets
 * be. False: there is no store, hence no image.
 */
bool store_open_images(struct store *store, const char *root, bool make);

/* Take the lock, for as long as the process lives, and read the index once more. */
void store_lock(struct store *store);

/* Write the index that is in memory, in one step; the lock is held. */
void store_save(struct store *store);

/* The manifests of the index, an array that is there in any case. */
json_t *store_manifests(const struct store *store);

/* What an entry of the index is named, or NULL. */
const char *entry_name(const json_t *entry);

/* Give an entry its name, or with NULL take it away. */
void entry_set_name(json_t *entry, const char *name);

/* Read a blob that is a JSON object. A blob whose digest is wrong is refused. */
struct place store_blob(const struct store *store, const char *digest);

/* blobs/sha256/HEX, below images; there until the next call. The digest has to be valid. */
const char *blob_path(const char *digest);

/* Put a JSON object into blobs; `digest` receives its name. Returns its length in bytes. */
uint64_t store_put(const struct store *store, json_t *value, char digest[DIGEST_LENGTH + 1]);

/* ROOT/layers/HEX[/file], an absolute path; the caller frees it. */
char *layer_path(const struct store *store, const char *diff_id, const char *file);

#endif
