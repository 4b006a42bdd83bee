/* Cached steps of builds: see image_cache.h. */
#define _GNU_SOURCE
#include "image_cache.h"

#include "image_show.h"
#include "io.h"
#include <stdio.h>
#include <string.h>

struct step {
	char key[DIGEST_LENGTH + 1];
	const char *id; /* NULL: it is not there */
};

bool cache_key_is_valid(const char *key)
{
	return digest_hex_span(key) == DIGEST_HEX && !key[DIGEST_HEX];
}

/* Both are written with their ends, so that no two pairs are written alike. */
static void set_key(struct step *step, const char *parent, const char *text)
{
	struct digest digest;

	digest_begin(&digest);
	digest_add(&digest, parent, strlen(parent) + 1);
	digest_add(&digest, text, strlen(text) + 1);
	digest_end(&digest, step->key);
	(void)memmove(step->key, step->key + strlen(DIGEST_PREFIX), DIGEST_HEX + 1);
}

static bool is_whole(const struct store *store, const struct image *image)
{
	for (size_t i = 0; i < image_layer_count(image); i++) {
		FREED char *tree = layer_path(store, image_layer(image, i), "tree");

		if (access(tree, F_OK))
			return false;
	}
	return true;
}

/* The id of the step with this key, or NULL. */
static const char *find_key(const struct store *store, const char *key)
{
	json_t *entry;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	{
		const char *its = entry_cache_key(entry);
		struct image image;

		if (its && !strcmp(its, key) && !image_load(store, entry, &image) &&
		    is_whole(store, &image))
			return image.id;
	}
	return NULL;
}

void cache_find(const struct store *store, const char *parent, char **texts)
{
	size_t count = 0;

	while (texts[count])
		count++;
	FREED struct step *steps = xalloc((count + 1) * sizeof(*steps));
	for (size_t i = 0; i < count; i++) {
		set_key(&steps[i], i ? steps[i - 1].key : parent, texts[i]);
		steps[i].id = NULL;
	}
	for (size_t i = count; i-- > 0 && !(steps[i].id = find_key(store, steps[i].key));)
		;
	for (size_t i = 0; i < count; i++)
		printf("%s\t%s\n", steps[i].key, steps[i].id ? steps[i].id : "-");
}

static bool is_below(const struct image *lower, const struct image *image)
{
	size_t count = image_layer_count(lower);

	if (count > image_layer_count(image))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(image_layer(lower, i), image_layer(image, i)) != 0)
			return false;
	return true;
}

/* Is there an image whose lowest layers are these? */
static bool is_used(const struct store *store, const struct image *step)
{
	json_t *entry;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	{
		struct image image;

		if (!entry_cache_key(entry) && !image_load(store, entry, &image) &&
		    is_below(step, &image))
			return true;
	}
	return false;
}

void cache_forget(struct store *store, bool all, uint64_t before, struct list *gone)
{
	json_t *manifests = store_manifests(store);

	for (size_t i = json_array_size(manifests); i-- > 0;) {
		json_t *entry = json_array_get(manifests, i);
		struct image step;

		if (!entry_cache_key(entry))
			continue;
		if (image_load(store, entry, &step)) { /* damaged: nobody finds it any more */
			(void)json_array_remove(manifests, i);
			continue;
		}
		if ((before && image_created(&step) >= (int64_t)before) ||
		    (!all && is_used(store, &step)))
			continue;
		list_add(gone, xstrdup(step.id));
		(void)json_array_remove(manifests, i);
	}
}
