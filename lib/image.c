/* One image: see image.h. */
#define _GNU_SOURCE
#include "image.h"

#include "io.h"
#include "num.h"
#include "platform.h"
#include "reference.h"
#include <stdio.h>
#include <string.h>

const char *image_architecture(void)
{
	return platform_host()->architecture;
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
	const char *hex = image_layer(image, i) + strlen(DIGEST_PREFIX);
	FREED char *content = layer_fact(store->layers, hex, "content");
	uint64_t size;

	return content && num_parse(content, INT64_MAX, &size) == 0 ? size : 0;
}

uint64_t image_size(const struct store *store, const struct image *image)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < image_layer_count(image); i++)
		sum += image_layer_size(store, image, i);
	return sum;
}

static bool has_digest(const json_t *entry, const char *digest)
{
	const char *its = text_member(entry, "digest"), *pulled = entry_pulled(entry);

	return (its && !strcmp(its, digest)) || (pulled && !strcmp(pulled, digest));
}

/* Is the entry of the index what is meant? A digest counts for the name that stands before it. */
static bool is_entry(const json_t *entry, const struct reference *reference)
{
	const char *name = entry_name(entry);
	size_t length = strlen(reference->name);

	if (!*reference->digest)
		return name && !strcmp(name, reference_text(reference));
	return has_digest(entry, reference->digest) && name &&
	       !strncmp(name, reference->name, length) &&
	       (name[length] == ':' || name[length] == '@');
}

json_t *image_entry(const struct store *store, const char *text)
{
	struct reference reference;
	bool valid = !reference_parse(text, &reference);
	json_t *entry, *found = NULL;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	{
		const char *name = entry_name(entry);

		if (valid ? !is_entry(entry, &reference) : !has_digest(entry, text))
			continue;
		if (valid && !strcmp(name, reference_text(&reference)))
			return entry; /* of several with one digest, what is called so */
		found = found ?: entry;
	}
	return found;
}

/*
 * The image whose id begins so. Named several times it is still one. What is damaged is passed
 * over, as its id is not known.
 */
static bool find_id(const struct store *store, const char *text, struct image *image)
{
	const char *hex = text;
	bool found = false;
	json_t *entry;
	size_t i;

	if (!strncmp(text, DIGEST_PREFIX, strlen(DIGEST_PREFIX)))
		hex += strlen(DIGEST_PREFIX);
	size_t length = strlen(hex);
	if (!length || length > DIGEST_HEX || digest_hex_span(hex) != length)
		return false;
	json_array_foreach(store_manifests(store), i, entry)
	{
		struct image one;

		if (image_load(store, entry, &one) ||
		    strncmp(one.id + strlen(DIGEST_PREFIX), hex, length) != 0)
			continue;
		if (found && strcmp(one.id, image->id) != 0)
			refuse(text, "the ids of several images begin so");
		if (!found || entry_cache_key(image->entry)) /* its names are in other entries */
			*image = one;
		found = true;
	}
	return found;
}

bool image_look(const struct store *store, const char *text, struct image *image)
{
	json_t *entry = image_entry(store, text);
	const char *why = entry ? image_load(store, entry, image) : NULL;
	struct reference reference;

	if (why)
		refuse(text, "%s", why);
	if (entry || find_id(store, text, image))
		return true;
	why = digest_hex_span(text) == strlen(text) ? NULL : reference_parse(text, &reference);
	if (why && digest_is_valid(text))
		why = NULL;
	if (why)
		refuse(text, "%s", why);
	return false;
}

void image_find(const struct store *store, const char *text, struct image *image)
{
	if (!image_look(store, text, image))
		refuse(text, "no such image");
}
