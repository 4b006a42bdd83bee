/* Making images: see image_make.h. */
#define _GNU_SOURCE
#include "image_make.h"

#include "image_base.h"
#include "image_cache.h"
#include "image_publish.h"
#include "io.h"
#include "log_time.h"
#include "num.h"
#include "reference.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* A fact of a layer that is staged in `directory`. */
static char *staged_fact(const struct store *store, const char *directory, const char *key,
                         bool is_digest)
{
	char *fact = layer_fact(store->layers, directory, key);

	if (!fact || (is_digest && !digest_is_valid(fact)))
		refuse(directory, "facts: no valid %s: is this a layer that img-layer unpacked?",
		       key);
	return fact;
}

/* Take a staged layer into the store, config and manifest. */
static void add_layer(const struct store *store, const char *directory, json_t *diff_ids,
                      json_t *layers)
{
	FREED char *diff_id = staged_fact(store, directory, "diff_id", true);
	FREED char *digest = staged_fact(store, directory, "digest", true);
	FREED char *type = staged_fact(store, directory, "media_type", false);
	FREED char *size_text = staged_fact(store, directory, "size", false);
	FREED char *blob = xprintf("%s/blob", directory), *tree = xprintf("%s/tree", directory);
	uint64_t size;

	if (num_parse(size_text, INT64_MAX, &size))
		refuse(directory, "facts: %s: not a size", size_text);
	if (access(tree, F_OK))
		fail(tree, "find the layer");
	publish_blob(store, blob, digest, size);
	publish_layer(store, directory, diff_id);
	if (json_array_append_new(diff_ids, json_string(diff_id)) ||
	    json_array_append_new(layers, json_pack("{ss ss sI}", "mediaType", type, "digest",
	                                            digest, "size", (json_int_t)size)))
		refuse(directory, "facts: media_type: not UTF-8");
}

/* RFC 3339 with nanoseconds, as Docker writes it. */
static json_t *now(void)
{
	char text[LOG_TIME_SIZE];

	return json_string(log_time_text(log_now(), text));
}

/* What was done to make it: the last thing in its history. */
static void add_history(const struct image_parts *parts, const struct image_recipe *recipe,
                        const char *created_by)
{
	json_t *created = now(), *empty = recipe->layers.count ? NULL : json_true();
	FREED char *by = text_utf8(created_by), *message = text_utf8(recipe->message);
	FREED char *author = text_utf8(recipe->author);

	for (size_t i = 0; i < recipe->steps.count; i++) {
		FREED char *step = text_utf8(recipe->steps.at[i]);

		(void)json_array_append_new(parts->history,
		                            json_pack("{sO ss* sb}", "created", created,
		                                      "created_by", step, "empty_layer", 1));
	}
	bool done = !empty || !recipe->steps.count || by || message;
	if (json_object_set(parts->whole, "created", created) ||
	    (author && json_object_set_new(parts->whole, "author", json_string(author))) ||
	    (done && json_array_append_new(parts->history,
	                                   json_pack("{sO ss* ss* ss* so*}", "created", created,
	                                             "author", author, "created_by", by, "comment",
	                                             message, "empty_layer", empty))))
		fail(NULL, "memory");
	json_decref(created);
}

char *image_checked_name(const char *text)
{
	struct reference reference;
	const char *why = reference_parse(text, &reference);

	if (why)
		refuse(text, "%s", why);
	if (*reference.digest)
		refuse(text, "a digest is no part of a name that can be given");
	return xstrdup(reference_text(&reference));
}

/* Returns what made it, for its history; the caller frees it. */
static char *change_config(json_t *config, const struct image_recipe *recipe)
{
	char *by = image_take_container(config, recipe);

	for (size_t i = 0; i < recipe->changes.count; i++)
		image_change(config, recipe->changes.at[i]);
	return by;
}

void image_change_all(struct image *image, const struct image_recipe *recipe)
{
	json_t *config = json_object_get(image->config.value, "config");

	if (!json_is_object(config)) {
		config = json_object();
		(void)json_object_set_new(image->config.value, "config", config);
	}
	for (size_t i = 0; i < recipe->changes.count; i++)
		image_change(config, recipe->changes.at[i]);
}

void image_check(struct image_recipe *recipe)
{
	if (recipe->cache && !cache_key_is_valid(recipe->cache))
		refuse(recipe->cache, "not a key as 'cached' tells it");
	for (size_t i = 0; i < recipe->names.count; i++)
		recipe->names.at[i] = image_checked_name(recipe->names.at[i]);
	json_t *config = json_object();
	free(change_config(config, recipe));
	json_decref(config);
}

void image_make(struct store *store, const struct image_recipe *recipe, char id[DIGEST_LENGTH + 1])
{
	struct image_parts parts = image_begin(store, recipe);
	char digest[DIGEST_LENGTH + 1];

	for (size_t i = 0; i < recipe->layers.count; i++)
		add_layer(store, recipe->layers.at[i], parts.diff_ids, parts.layers);
	FREED char *by = change_config(parts.config, recipe);
	add_history(&parts, recipe, recipe->created_by ?: by);
	uint64_t size = publish_json(store, parts.whole, id);
	json_t *manifest = json_pack("{si ss s{ss ss sI} so}", "schemaVersion", 2, "mediaType",
	                             MEDIA_MANIFEST, "config", "mediaType", MEDIA_CONFIG, "digest",
	                             id, "size", (json_int_t)size, "layers", parts.layers);
	size = publish_json(store, manifest, digest);
	json_t *entry =
	        json_pack("{ss ss sI so}", "mediaType", MEDIA_MANIFEST, "digest", digest, "size",
	                  (json_int_t)size, "platform", image_platform(parts.whole));
	if (!entry || (!recipe->cache && json_array_append_new(store_manifests(store), entry)))
		fail(NULL, "memory");
	json_decref(parts.whole);
	json_decref(manifest);
	if (recipe->cache) {
		step_add(store, recipe->cache, id, digest);
		entry_set_cache_key(entry, recipe->cache);
	}
	for (size_t i = 0; i < recipe->names.count; i++)
		image_name(store, entry, recipe->names.at[i]);
}

/*
 * Two entries of one image, neither with a name, would be one too many; and so is one without a
 * name beside one that has a name.
 */
static void drop_nameless(json_t *manifests, const char *digest)
{
	size_t i, entries = 0;
	json_t *entry;

	json_array_foreach(manifests, i, entry)
	{
		const char *its = text_member(entry, "digest");

		entries += its && !strcmp(its, digest);
	}
	for (i = json_array_size(manifests); i-- > 0 && entries > 1;) {
		entry = json_array_get(manifests, i);
		const char *its = text_member(entry, "digest");

		if (its && !strcmp(its, digest) && !entry_name(entry)) {
			(void)json_array_remove(manifests, i);
			entries--;
		}
	}
}

/* Who has the name loses it. */
static void take_name(json_t *manifests, const json_t *entry, const char *name)
{
	json_t *other;
	size_t i;

	json_array_foreach(manifests, i, other)
	{
		const char *its = other == entry ? NULL : entry_name(other);

		if (!its || strcmp(its, name) != 0)
			continue;
		FREED char *digest = xstrdup(text_member(other, "digest") ?: "");
		entry_set_name(other, NULL);
		drop_nameless(manifests, digest);
		break;
	}
}

void image_name(struct store *store, json_t *entry, const char *name)
{
	json_t *manifests = store_manifests(store);
	const char *its = entry_name(entry);
	bool cached = entry_cache_key(entry);

	if (name ? its && !strcmp(its, name) : !cached)
		return;
	json_incref(entry);
	if (name)
		take_name(manifests, entry, name);
	if (its || cached) { /* another name for the same image: an entry of its own */
		json_t *copy = json_deep_copy(entry);

		json_decref(entry);
		entry = json_incref(copy);
		entry_set_cache_key(copy, NULL);
		(void)json_array_append_new(manifests, copy);
	}
	entry_set_name(entry, name);
	if (cached) /* there may have been one without a name */
		drop_nameless(manifests, text_member(entry, "digest") ?: "");
	json_decref(entry);
}
