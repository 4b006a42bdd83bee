/* Making images: see image_make.h. */
#define _GNU_SOURCE
#include "image_make.h"

#include "io.h"
#include "num.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* What has become part of the store, and is part of no image yet. */
struct published {
	const struct store *store;
	char *path; /* below images or layers */
	int dir;
};

static void undo_publish(void *of)
{
	struct published *published = of;

	(void)remove_tree(published->dir, published->path);
}

/*
 * Move `from` to its place. Is the same there already, ours has served its purpose. Nobody deletes
 * what is there, for that takes the lock that we hold.
 */
static void publish(const struct store *store, const char *from, int dir, const char *to)
{
	if (faccessat(dir, to, F_OK, 0) == 0)
		return;
	if (renameat(AT_FDCWD, from, dir, to))
		fail(from, "move to %s", to);
	struct published *published = xalloc(sizeof(*published));
	*published = (struct published){store, xstrdup(to), dir};
	on_failure(undo_publish, published);
}

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
	FREED char *blob = xprintf("%s/blob", directory);
	uint64_t size;

	if (num_parse(size_text, INT64_MAX, &size))
		refuse(directory, "facts: %s: not a size", size_text);
	publish(store, blob, store->images, blob_path(digest));
	publish(store, directory, store->layers, diff_id + strlen(DIGEST_PREFIX));
	(void)json_array_append_new(diff_ids, json_string(diff_id));
	(void)json_array_append_new(layers, json_pack("{ss ss sI}", "mediaType", type, "digest",
	                                              digest, "size", (json_int_t)size));
}

/* RFC 3339 with nanoseconds, as Docker writes it. */
static json_t *now(void)
{
	struct timespec time;
	struct tm tm;
	char text[64];

	(void)clock_gettime(CLOCK_REALTIME, &time);
	(void)gmtime_r(&time.tv_sec, &tm);
	size_t length = strftime(text, sizeof(text), "%FT%T", &tm);
	(void)snprintf(text + length, sizeof(text) - length, ".%09ldZ", time.tv_nsec);
	return json_string(text);
}

static json_t *make_config(const struct image_recipe *recipe, json_t *diff_ids)
{
	json_t *config = json_object(), *created = now();

	for (size_t i = 0; i < recipe->changes.count; i++)
		image_change(config, recipe->changes.at[i]);
	json_t *history = json_pack("{sO ss* ss*}", "created", created, "created_by",
	                            recipe->created_by, "comment", recipe->message);
	return json_pack("{so ss ss so s{ss so} s[o]}", "created", created, "architecture",
	                 image_architecture(), "os", "linux", "config", config, "rootfs", "type",
	                 "layers", "diff_ids", diff_ids, "history", history);
}

json_t *image_make(struct store *store, const struct image_recipe *recipe,
                   char id[DIGEST_LENGTH + 1])
{
	json_t *diff_ids = json_array(), *layers = json_array();
	char digest[DIGEST_LENGTH + 1];

	for (size_t i = 0; i < recipe->layers.count; i++)
		add_layer(store, recipe->layers.at[i], diff_ids, layers);
	json_t *config = make_config(recipe, diff_ids);
	uint64_t size = store_put(store, config, id);
	json_t *manifest = json_pack("{si ss s{ss ss sI} so}", "schemaVersion", 2, "mediaType",
	                             MEDIA_MANIFEST, "config", "mediaType", MEDIA_CONFIG, "digest",
	                             id, "size", (json_int_t)size, "layers", layers);
	size = store_put(store, manifest, digest);
	json_t *entry = json_pack("{ss ss sI s{ss ss}}", "mediaType", MEDIA_MANIFEST, "digest",
	                          digest, "size", (json_int_t)size, "platform", "architecture",
	                          image_architecture(), "os", "linux");
	if (!entry || json_array_append_new(store_manifests(store), entry))
		fail(NULL, "memory");
	json_decref(config);
	json_decref(manifest);
	return entry;
}

/* Two entries of one image, neither with a name, would be one too many. */
static void drop_nameless(json_t *manifests, const char *digest)
{
	size_t i, entries = 0;
	json_t *entry;

	json_array_foreach(manifests, i, entry)
	{
		const char *its = json_string_value(json_object_get(entry, "digest"));

		entries += its && !strcmp(its, digest);
	}
	for (i = json_array_size(manifests); i-- > 0 && entries > 1;) {
		entry = json_array_get(manifests, i);
		const char *its = json_string_value(json_object_get(entry, "digest"));

		if (its && !strcmp(its, digest) && !entry_name(entry)) {
			(void)json_array_remove(manifests, i);
			entries--;
		}
	}
}

void image_name(struct store *store, json_t *entry, const char *name)
{
	json_t *manifests = store_manifests(store), *other;
	size_t i;

	json_incref(entry);
	json_array_foreach(manifests, i, other)
	{
		const char *its = entry_name(other);

		if (!its || strcmp(its, name) != 0 || other == entry)
			continue;
		FREED char *digest =
		        xstrdup(json_string_value(json_object_get(other, "digest")) ?: "");
		entry_set_name(other, NULL);
		drop_nameless(manifests, digest);
		break;
	}
	if (entry_name(entry)) { /* another name for the same image: an entry of its own */
		json_t *copy = json_deep_copy(entry);

		json_decref(entry);
		entry = json_incref(copy);
		(void)json_array_append_new(manifests, copy);
	}
	entry_set_name(entry, name);
	json_decref(entry);
}
