/* The layers of an image that is taken in: see image_adopt.h. */
#define _GNU_SOURCE
#include "image_adopt.h"

#include "image_publish.h"
#include "io.h"
#include "num.h"
#include "text.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What img-layer has told of a layer; freed by free_facts(). */
struct facts {
	char *diff_id, *digest, *media_type;
	uint64_t size;
};

static void free_facts(struct facts *facts)
{
	free(facts->diff_id);
	free(facts->digest);
	free(facts->media_type);
}
#define FACTS __attribute__((cleanup(free_facts))) struct facts

/* False: they are not there, or are none. */
static bool read_facts(int layers, const char *directory, struct facts *facts)
{
	FREED char *size = layer_fact(layers, directory, "size");

	facts->diff_id = layer_fact(layers, directory, "diff_id");
	facts->digest = layer_fact(layers, directory, "digest");
	facts->media_type = layer_fact(layers, directory, "media_type");
	return size && num_parse(size, INT64_MAX, &facts->size) == 0 && facts->diff_id &&
	       digest_is_valid(facts->diff_id) && facts->digest && digest_is_valid(facts->digest) &&
	       facts->media_type;
}

static bool has_blob(const struct store *store, const char *digest, uint64_t size)
{
	struct stat st;

	return store->images >= 0 &&
	       fstatat(store->images, blob_path(digest), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode) && (uint64_t)st.st_size == size;
}

/* Facts of the layer that the store has: where nobody says which blob, that they tell of. */
static bool has_layer(const struct store *store, const struct other_layer *layer,
                      struct facts *facts)
{
	const char *hex = layer->diff_id + strlen(DIGEST_PREFIX);
	FREED char *tree = xprintf("%s/tree", hex);

	if (store->layers < 0 || !read_facts(store->layers, hex, facts) ||
	    strcmp(facts->diff_id, layer->diff_id) != 0 ||
	    faccessat(store->layers, tree, F_OK, AT_SYMLINK_NOFOLLOW))
		return false;
	return layer->digest ? has_blob(store, layer->digest, layer->size)
	                     : has_blob(store, facts->digest, facts->size);
}

static bool needs(const struct store *store, const struct other_layer *layer)
{
	FACTS facts = {0};

	return !has_layer(store, layer, &facts);
}

/* A layer that is in an image twice is unpacked once, unless its blobs differ. */
static bool is_repeated(const struct other_image *image, size_t which)
{
	const struct other_layer *it = &image->layers[which];

	for (size_t i = 0; i < which; i++)
		if (!strcmp(image->layers[i].diff_id, it->diff_id) &&
		    (!it->digest || !strcmp(image->layers[i].digest, it->digest)))
			return true;
	return false;
}

void adopt_list_layers(const struct store *store, const struct other_image *image)
{
	for (size_t i = 0; i < image->count; i++) {
		const struct other_layer *layer = &image->layers[i];
		bool need = !is_repeated(image, i) && needs(store, layer);

		printf("%s\t", layer->diff_id);
		text_field(layer->file);
		printf("\t%s\t%" PRIu64 "\t%s\n", layer->digest ?: "-", layer->size,
		       need ? "need" : "have");
	}
}

/*
 * The directory that has this layer, with its facts; NULL: none. If there are several, or only one
 * with another blob, which is to be refused.
 */
static const char *staged(const struct store *store, const struct list *directories,
                          const struct other_layer *layer, struct facts *facts)
{
	const char *found = NULL;

	for (size_t i = 0; i < directories->count; i++) {
		const char *name = strrchr(directories->at[i], '/') + 1;
		FACTS its = {0};

		if (!read_facts(store->layers, name, &its) ||
		    strcmp(its.diff_id, layer->diff_id) != 0)
			continue;
		bool exact = !layer->digest || !strcmp(layer->digest, its.digest);
		if (found && !exact)
			continue;
		free_facts(facts);
		*facts = its;
		its = (struct facts){0};
		found = directories->at[i];
		if (exact)
			break;
	}
	return found;
}

static void check_blob(const struct other_layer *layer, const char *directory,
                       const struct facts *facts)
{
	if (!layer->digest)
		return;
	if (strcmp(facts->digest, layer->digest) != 0)
		refuse(directory, "the digest of this layer is %s, its manifest says %s",
		       facts->digest, layer->digest);
	if (facts->size != layer->size)
		refuse(directory, "this layer has %" PRIu64 " bytes, its manifest says %" PRIu64,
		       facts->size, layer->size);
}

void adopt_take_layer(struct store *store, const struct other_layer *layer,
                      const struct list *directories, json_t *layers)
{
	FACTS facts = {0}, there = {0};
	const char *directory = staged(store, directories, layer, &facts);
	const struct facts *its = directory ? &facts : &there;

	if (directory) {
		FREED char *blob = xprintf("%s/blob", directory);
		FREED char *tree = xprintf("%s/tree", directory);

		check_blob(layer, directory, &facts);
		if (access(tree, F_OK))
			fail(tree, "find the layer");
		publish_blob(store, blob, facts.digest, facts.size);
		publish_layer(store, directory, layer->diff_id);
	} else if (!has_layer(store, layer, &there)) {
		err_status = ADOPT_AGAIN;
		refuse(layer->diff_id, "the store has not got this layer");
	}
	const char *type = layer->media_type ?: its->media_type;
	const char *digest = layer->digest ?: its->digest;
	uint64_t size = layer->digest ? layer->size : its->size;
	if (json_array_append_new(layers, json_pack("{ss ss sI}", "mediaType", type, "digest",
	                                            digest, "size", (json_int_t)size)))
		fail(NULL, "memory");
}

void adopt_check_staged(const struct store *store, const struct other_image *image,
                        const struct list *directories)
{
	for (size_t i = 0; i < directories->count; i++) {
		const char *name = strrchr(directories->at[i], '/') + 1;
		FREED char *diff_id = layer_fact(store->layers, name, "diff_id");
		size_t j = 0;

		while (diff_id && j < image->count &&
		       strcmp(diff_id, image->layers[j].diff_id) != 0)
			j++;
		if (!diff_id || j == image->count)
			refuse(directories->at[i], "%s: none of the layers that its config has",
			       diff_id ?: "no diff_id");
	}
}
