/*
 * The store of images, below ROOT:
 *     images/               an OCI image layout: oci-layout, index.json, blobs/sha256/HEX
 *     images/steps          cached steps of builds: see layout_steps.h
 *     layers/HEX/tree       a layer unpacked, by the diff id of its archive, shared by all images
 *     layers/HEX/facts      what img-layer told of it: lines KEY TAB VALUE
 *     layers/.new-PID-START-…   one in the making, of the process PID that started at START
 *     layers/.gone-HEX-PID-START   one that may come back, set aside by that process: see
 *                           image_sweep.h; layers/.gone-blob-HEX-PID-START is a blob
 *     layers/.dead-…        what is being deleted; if it is not, anyone may
 * Other programs read the layout and write it, so nothing in it is taken for granted. Source:
 * OCI image specification, image-layout.md, image-index.md, manifest.md, config.md, annotations.md.
 *
 * index.json is replaced as a whole, under the lock of the directory `images`; what it refers to is
 * put in its place before, under the same lock. Who reads shares that lock, so that what an index
 * leads to is there. JSON is synced to the disk, layers are not. All of this fail()s or refuse()s,
 * naming the file.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "digest.h"
#include "json_place.h"
#include <stdbool.h>

#define MEDIA_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define MEDIA_CONFIG   "application/vnd.oci.image.config.v1+json"
#define MEDIA_INDEX    "application/vnd.oci.image.index.v1+json"
#define LAYER_DEAD     ".dead-"
#define REF_NAME       "org.opencontainers.image.ref.name"
#define CACHE_KEY      "io.mini-docker.cache.key"
#define PULLED         "io.mini-docker.pulled.digest"

enum { MOST_JSON = 16 << 20 }; /* bytes of a file of JSON that are read */

struct cached_steps;
struct store {
	const char *root; /* an absolute path */
	int images, layers;
	struct place index;         /* of index.json; empty until it is read */
	bool same;                  /* what is to be written is there */
	struct cached_steps *steps; /* of layout_steps.h */
};

/*
 * Open the store. make: make what is missing, with modes that a umask of 0 lets be. False: there is
 * no store, hence no image.
 */
bool store_open_images(struct store *store, const char *root, bool make);

/*
 * Take the lock and read the index. The lock is held until the process ends or lets it go. Who
 * does not change anything shares it with others.
 */
void store_lock(struct store *store);
void store_share(struct store *store);
void store_unlock(const struct store *store);

/*
 * Write the index that is in memory, if it has changed, in two steps; the lock is held. What can
 * fail does so in the first one. The second one flushes what was printed in between, which is true
 * when it returns: what cannot be told is not done.
 */
void store_write(struct store *store);
void store_commit(struct store *store);

/* What a writer left that was killed is removed; the lock is held. */
void store_tidy(const struct store *store);

/* The manifests of the index, an array that is there in any case. */
json_t *store_manifests(const struct store *store);

/*
 * What an entry of the index is named, NAME:TAG or NAME@DIGEST; or NULL. A name that another
 * program has put there in another form is brought into ours; what is no name of an image is as it
 * is. Never freed.
 */
const char *entry_name(const json_t *entry);

/* Give an entry its name, or with NULL take it away. What a registry called it, it loses. */
void entry_set_name(json_t *entry, const char *name);

/*
 * The digest that the registry has, that the name stands for, for the image: of an index for
 * several kinds of machines, or of a manifest that had to be converted, or of the manifest that is
 * here. NULL: it has not been pulled under that name.
 */
const char *entry_pulled(const json_t *entry);
void entry_set_pulled(json_t *entry, const char *digest);

/*
 * The key of a cached step of a build, 64 hexadecimal digits; NULL: the entry is an image. A step
 * has no name and is not in the index, but it keeps the layers that it needs, as an image does, and
 * is found by its id.
 */
const char *entry_cache_key(const json_t *entry);

/* Make the entry that of a cached step, or with NULL, that of an image. */
void entry_set_cache_key(json_t *entry, const char *key);

/* A member that is a string, or NULL. */
const char *text_member(const json_t *object, const char *key);

/*
 * Read the blob that `descriptor` leads to, a JSON object; it stands in the file `from`, for
 * messages. NULL, or what is wrong with it, naming the file: it is missing, or damaged, which is
 * told by its digest.
 */
const char *store_try_blob(const struct store *store, const char *from, const json_t *descriptor,
                           struct place *blob);

/* The text of a blob whose digest is valid, or NULL and why; the caller frees it. */
char *store_read_blob(const struct store *store, const char *digest, size_t *length,
                      const char **why);

/* blobs/sha256/HEX, below images; there until the next call. The digest has to be valid. */
const char *blob_path(const char *digest);

/* Put a text into blobs, under its digest; the lock is held. */
void store_put(const struct store *store, const char *text, const char *digest);

/* ROOT/layers/HEX[/file], an absolute path; the caller frees it. */
char *layer_path(const struct store *store, const char *diff_id, const char *file);

#endif
