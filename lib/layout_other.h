/*
 * An image layout that is not the store's: a directory with what a registry or an archive had in
 * it. Either OCI's (index.json, which counts if there are both), or that of `docker save`
 * (manifest.json). All of it is hostile: files are resolved beneath the directory by the kernel,
 * and are regular ones; digests and sizes that are promised are checked. All of this fail()s or
 * refuse()s, naming the file.
 */
#ifndef LAYOUT_OTHER_H
#define LAYOUT_OTHER_H

#include "digest.h"
#include "opt.h"
#include "platform.h"
#include <stdint.h>

/*
 * What is more is refused: nobody has so many, and some work here is done for each with each.
 * overlayfs takes no more layers than this; and indexes lead to one another only once in practice.
 */
enum { MOST_LAYERS = 500, MOST_IMAGES = 10000, MOST_DEPTH = 4 };

/* A JSON document, as it is. */
struct document {
	char *text;
	size_t length;
	json_t *value; /* an object */
	char digest[DIGEST_LENGTH + 1];
};

struct other_layer {
	char diff_id[DIGEST_LENGTH + 1];
	char *file;             /* below the layout, without links in it; it may be missing */
	const char *digest;     /* of the blob; NULL: nobody has said */
	uint64_t size;          /* of the blob */
	const char *media_type; /* of the blob, as an OCI manifest has it; NULL: nobody has said */
};

struct other_image {
	struct list names; /* NAME:TAG, in our form */
	/*
	 * The manifest; without text where the layout has none that the store can keep: one is to
	 * be made. What is called `@DIGEST` on a command line is what leads to it.
	 */
	struct document manifest, config;
	const char *media_type; /* of the manifest */
	struct other_layer *layers;
	size_t count;
};

struct other {
	const char *path; /* for messages */
	int dir;
	json_t *entries; /* of index.json, or of manifest.json */
	bool docker;     /* of manifest.json */
};

void other_open(struct other *other, const char *path);

/* Print a line for each image, @DIGEST, and behind tabs the names that the layout has for it. */
void other_list(const struct other *other);

/*
 * Load the image with this name, or @DIGEST; with NULL the only one there is. Of an index, the
 * image for the platform.
 */
void other_find(const struct other *other, const char *text, const struct platform *platform,
                struct other_image *image);

/*
 * Print a line for each blob of an image of an OCI layout, KIND TAB DIGEST TAB SIZE TAB
 * here|missing: first the manifests, from the index down to that for the platform, then the config
 * and the layers. What a missing manifest leads to is not known.
 */
void other_list_parts(const struct other *other, const char *text, const struct platform *platform);

/* Parts of it. */

/* The entry of the image that is meant, with its names. */
const json_t *other_entry(const struct other *other, const char *text, struct list *names);

/*
 * The file `name` below the layout, open for reading; -1 with errno. path: NULL, or receives its
 * path below the layout, which the caller frees.
 */
int other_file(const struct other *other, const char *name, char **path);

/* A file with a JSON object in it. */
void other_read(const struct other *other, const char *name, struct document *document);

/* That of a descriptor; `from` is what has it. */
void other_read_blob(const struct other *other, const char *from, const json_t *descriptor,
                     struct document *document);

/* The layers of the image, from its manifest (NULL: an entry of manifest.json) and config. */
void other_load_docker(const struct other *other, const json_t *entry, struct other_image *image);
void other_load_oci(const struct other *other, const json_t *descriptor,
                    const struct platform *platform, struct other_image *image);

/* The diff ids of its config, of which there have to be as many as layers. */
void other_take_diff_ids(struct other_image *image, const char *file, size_t count);

/* refuse()s what has more layers than an image can have. */
void other_check_layers(const char *file, size_t count);

#endif
