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
	const struct cached_steps *all = store_steps(store);

	for (size_t i = all->count; i-- > 0;) {
		struct image image;

		if (!strcmp(all->at[i].key, key) && !image_load_step(store, &all->at[i], &image) &&
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

void cache_hold(struct store *store, const struct image *image)
{
	const struct cached_steps *steps = store_steps(store);

	for (size_t i = 0; i < steps->count; i++)
		if (!strcmp(steps->at[i].id, image->id) &&
		    !strcmp(steps->at[i].digest, image->digest))
			return;
	step_add(store, image->id + strlen(DIGEST_PREFIX), image->id, image->digest);
}

/*
 * A name for the layers up to the i-th: a digest of the one for those below it, and of it. As the
 * specification of images has it for chains of layers.
 */
static void add_to_chain(char chain[DIGEST_LENGTH + 1], const struct image *image, size_t i)
{
	FREED char *both = xprintf("%s %s", i ? chain : "", image_layer(image, i));

	digest_of(both, strlen(both), chain);
}

/* Those of all images, from the lowest layer up; the caller frees the set. */
static json_t *chains_of_images(const struct store *store)
{
	json_t *chains = json_object(), *entry;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	{
		char chain[DIGEST_LENGTH + 1];
		struct image image;
		bool good = !image_load(store, entry, &image);

		for (size_t n = 0; good && n < image_layer_count(&image); n++) {
			add_to_chain(chain, &image, n);
			(void)json_object_set_new(chains, chain, json_true());
		}
		image_unload(&image);
	}
	return chains;
}

/* Is there an image whose lowest layers are these? Of one without any, each is. */
static bool is_used(const json_t *chains, const struct image *step)
{
	char chain[DIGEST_LENGTH + 1];
	size_t count = image_layer_count(step);

	for (size_t i = 0; i < count; i++)
		add_to_chain(chain, step, i);
	return count ? json_object_get(chains, chain) != NULL : json_object_size(chains) > 0;
}

/* Damaged ones go in any case: nobody finds them any more. */
void cache_forget(struct store *store, bool all, uint64_t before, struct list *gone)
{
	json_t *chains = all ? NULL : chains_of_images(store);
	struct cached_steps *steps = store_steps(store);
	size_t kept = 0;

	for (size_t i = 0; i < steps->count; i++) {
		struct image step;
		bool damaged = image_load_step(store, &steps->at[i], &step);

		if (!damaged && ((before && image_created(&step) >= (int64_t)before) ||
		                 (!all && is_used(chains, &step))))
			steps->at[kept++] = steps->at[i];
		else if (!damaged && strcmp(steps->at[i].key, step.id + strlen(DIGEST_PREFIX)) != 0)
			list_add(gone, xstrdup(step.id)); /* not an image that was held alone */
		image_unload(&step);
	}
	steps->changed |= kept < steps->count;
	steps->count = kept;
	json_decref(chains);
}
