/* Images of other layouts, taken in: see image_adopt.h. */
#define _GNU_SOURCE
#include "image_adopt.h"

#include "image_make.h"
#include "image_publish.h"
#include "io.h"
#include "reference.h"
#include <string.h>

/* Its manifest and config are in the store then; digest: of the manifest. Returns its size. */
static uint64_t put_documents(struct store *store, const struct other_image *image, json_t *layers,
                              char digest[DIGEST_LENGTH + 1])
{
	const struct document *manifest = &image->manifest, *config = &image->config;

	publish_text(store, config->text, config->digest);
	if (manifest->text) {
		publish_text(store, manifest->text, manifest->digest);
		(void)strcpy(digest, manifest->digest);
		return manifest->length;
	}
	json_t *made =
	        json_pack("{si ss s{ss ss sI} sO}", "schemaVersion", 2, "mediaType", MEDIA_MANIFEST,
	                  "config", "mediaType", MEDIA_CONFIG, "digest", config->digest, "size",
	                  (json_int_t)config->length, "layers", layers);
	if (!made)
		fail(NULL, "memory");
	uint64_t size = publish_json(store, made, digest);
	json_decref(made);
	return size;
}

static json_t *entry_of(struct store *store, const char *digest)
{
	json_t *entry;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	{
		const char *its = text_member(entry, "digest");

		if (its && !strcmp(its, digest))
			return entry;
	}
	return NULL;
}

static json_t *make_entry(struct store *store, const struct other_image *image, const char *digest,
                          uint64_t size)
{
	json_t *entry = json_pack("{ss ss sI so}", "mediaType",
	                          image->manifest.text ? image->media_type : MEDIA_MANIFEST,
	                          "digest", digest, "size", (json_int_t)size, "platform",
	                          image_platform(image->config.value));

	if (!entry || json_array_append_new(store_manifests(store), entry))
		fail(NULL, "memory");
	return entry;
}

char *adopt_checked_name(const char *text)
{
	struct reference reference;
	const char *why = reference_parse(text, &reference);

	if (why)
		refuse(text, "%s", why);
	if (*reference.digest)
		reference.tag[0] = '\0';
	return xstrdup(reference_text(&reference));
}

static void set_pulled(const struct store *store, const char *name, const char *digest)
{
	json_t *entry;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	{
		const char *its = entry_name(entry);

		if (its && !strcmp(its, name))
			entry_set_pulled(entry, digest);
	}
}

void image_adopt(struct store *store, const struct other_image *image, const struct adoption *how)
{
	char digest[DIGEST_LENGTH + 1];
	json_t *layers = json_array();

	adopt_check_staged(store, image, &how->staged);
	for (size_t i = 0; i < image->count; i++)
		adopt_take_layer(store, &image->layers[i], &how->staged, layers);
	uint64_t size = put_documents(store, image, layers, digest);
	json_decref(layers);
	json_t *entry = entry_of(store, digest) ?: make_entry(store, image, digest, size);
	for (size_t i = 0; i < how->names.count; i++) {
		image_name(store, entry, how->names.at[i]);
		if (how->pulled)
			set_pulled(store, how->names.at[i], how->pulled);
	}
}
