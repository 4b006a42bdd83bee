/* One image: see image.h. */
#define _GNU_SOURCE
#include "image.h"

#include "io.h"
#include "num.h"
#include "platform.h"
#include <stdio.h>
#include <string.h>

const char *image_architecture(void)
{
	return platform_host()->architecture;
}

json_t *image_platform(const json_t *config)
{
	return json_pack("{ss ss ss*}", "architecture",
	                 text_member(config, "architecture") ?: image_architecture(), "os",
	                 text_member(config, "os") ?: "linux", "variant",
	                 text_member(config, "variant"));
}

static json_t *diff_ids(const struct image *image)
{
	return json_object_get(json_object_get(image->config.value, "rootfs"), "diff_ids");
}

static const char *load_manifest(const struct store *store, struct image *image)
{
	const char *why = store_try_blob(store, store->index.file, image->entry, &image->manifest);
	json_t *several = json_object_get(image->manifest.value, "manifests"), *ours;

	image->digest = text_member(image->entry, "digest");
	if (why || !several)
		return why;
	const char *file = image->manifest.file;
	if (!(ours = platform_choose(several, platform_host())))
		return xprintf("%s: there is no image for %s", file,
		               platform_text(platform_host()));
	image->digest = text_member(ours, "digest");
	return store_try_blob(store, file, ours, &image->manifest);
}

const char *image_load(const struct store *store, json_t *entry, struct image *image)
{
	*image = (struct image){.entry = entry, .name = entry_name(entry)};
	const char *why = load_manifest(store, image);
	if (why)
		return why;
	json_t *config = json_object_get(image->manifest.value, "config"), *one;
	if ((why = store_try_blob(store, image->manifest.file, config, &image->config)))
		return why;
	image->id = text_member(config, "digest");
	size_t i;
	json_array_foreach(diff_ids(image), i, one)
	{
		const char *digest = json_string_value(one);

		if (!digest || !digest_is_valid(digest))
			return xprintf("%s: rootfs.diff_ids[%zu]: not a digest that is known here",
			               image->config.file, i);
	}
	return NULL;
}

const char *image_load_step(const struct store *store, const struct cached_step *step,
                            struct image *image)
{
	json_t *entry = step_entry(store, step);
	const char *why = image_load(store, entry, image);

	if (!why && strcmp(image->id, step->id) != 0)
		why = xprintf("%s: not the image %s", image->manifest.file, step->id);
	if (why)
		return why;
	const char *type = text_member(image->manifest.value, "mediaType");
	if (type)
		(void)json_object_set_new(entry, "mediaType", json_string(type));
	(void)json_object_set_new(entry, "platform", image_platform(image->config.value));
	return NULL;
}

void image_unload(struct image *image)
{
	json_decref(image->manifest.value);
	json_decref(image->config.value);
	if (entry_cache_key(image->entry))
		json_decref(image->entry); /* made to be loaded */
}

/*
 * Can the entry's image have such an id? Its manifest, or in an index for several kinds of machines
 * any, says which: a look at the digits costs a tenth of loading all.
 */
static bool may_have(const struct store *store, const json_t *entry, const char *id)
{
	const char *digest = text_member(entry, "digest");

	if (!digest || !digest_is_valid(digest))
		return false;
	FREED char *text = read_file(store->images, blob_path(digest), MOST_JSON, NULL);
	return text && (strstr(text, id) || strstr(text, "\"manifests\""));
}

bool image_load_if(const struct store *store, json_t *entry, const char *id, struct image *image)
{
	if (!may_have(store, entry, id))
		return false;
	if (image_load(store, entry, image) == NULL && !strncmp(image->id, id, strlen(id)))
		return true;
	image_unload(image);
	return false;
}

size_t image_layer_count(const struct image *image)
{
	return json_array_size(diff_ids(image));
}

const char *image_layer(const struct image *image, size_t i)
{
	return json_string_value(json_array_get(diff_ids(image), i));
}

char *layer_fact(int layers, const char *directory, const char *key)
{
	FREED char *path = xprintf("%s/facts", directory);
	FREED char *text = read_file(layers, path, 4096, NULL);
	char *rest = text, *line;

	while (rest && (line = strsep(&rest, "\n"))) {
		char *name = strsep(&line, "\t");

		if (line && !strcmp(name, key))
			return xstrdup(line);
	}
	return NULL;
}

uint64_t image_layer_size(const struct store *store, const struct image *image, size_t i)
{
	static json_t *sizes; /* many images have the same layers */
	const char *diff_id = image_layer(image, i);
	json_t *known = json_object_get(sizes, diff_id);
	uint64_t size = 0;

	if (known)
		return (uint64_t)json_integer_value(known);
	FREED char *content = layer_fact(store->layers, diff_id + strlen(DIGEST_PREFIX), "content");
	if (content && num_parse(content, INT64_MAX, &size))
		size = 0;
	sizes = sizes ?: json_object();
	(void)json_object_set_new(sizes, diff_id, json_integer((json_int_t)size));
	return size;
}

uint64_t image_size(const struct store *store, const struct image *image)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < image_layer_count(image); i++)
		sum += image_layer_size(store, image, i);
	return sum;
}
