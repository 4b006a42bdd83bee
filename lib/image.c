/* One image: see image.h. */
#define _GNU_SOURCE
#include "image.h"

#include "io.h"
#include "num.h"
#include "reference.h"
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

const char *image_architecture(void)
{
	static const struct {
		const char *machine, *name;
	} names[] = {
	        {"x86_64",  "amd64"  },
                {"aarch64", "arm64"  },
                {"armv7l",  "arm"    },
                {"i686",    "386"    },
	        {"ppc64le", "ppc64le"},
                {"riscv64", "riscv64"},
                {"s390x",   "s390x"  },
	};
	static struct utsname host;

	if (uname(&host))
		fail(NULL, "uname");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(host.machine, names[i].machine))
			return names[i].name;
	return host.machine;
}

/* In an index of one image for several kinds of machine: the digest of ours. */
static const char *choose_platform(const struct place *index)
{
	struct place list = place_member(index, "manifests", JSON_ARRAY);

	for (size_t i = 0; i < place_count(&list); i++) {
		struct place entry = place_element(&list, i, JSON_OBJECT);
		struct place platform = place_member(&entry, "platform", JSON_OBJECT);

		if (platform.value &&
		    !strcmp(place_text_of(&platform, "architecture"), image_architecture()) &&
		    !strcmp(place_text_of(&platform, "os"), "linux"))
			return place_text_of(&entry, "digest");
	}
	place_refuse(index, "there is no image for linux/%s", image_architecture());
}

void image_load(const struct store *store, json_t *entry, struct image *image)
{
	struct place place = {.value = entry, .file = store->index.file, .path = "manifests"};

	if (!json_is_object(entry))
		place_refuse(&place, "an element is not an object");
	image->entry = entry;
	image->name = entry_name(entry);
	image->digest = place_text_of(&place, "digest");
	image->manifest = store_blob(store, image->digest);
	if (place_member(&image->manifest, "manifests", JSON_ARRAY).value) {
		image->digest = choose_platform(&image->manifest);
		image->manifest = store_blob(store, image->digest);
	}
	struct place config = place_member(&image->manifest, "config", JSON_OBJECT);
	image->id = place_text_of(&config, "digest");
	image->config = store_blob(store, image->id);
}

static struct place diff_ids(const struct image *image)
{
	struct place rootfs = place_member(&image->config, "rootfs", JSON_OBJECT);

	return place_member(&rootfs, "diff_ids", JSON_ARRAY);
}

size_t image_layer_count(const struct image *image)
{
	struct place list = diff_ids(image);

	return place_count(&list);
}

const char *image_layer(const struct image *image, size_t i)
{
	struct place list = diff_ids(image), id = place_element(&list, i, JSON_STRING);

	if (!digest_is_valid(place_string(&id)))
		place_refuse(&id, "not a digest that is known here");
	return place_string(&id);
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

uint64_t image_size(const struct store *store, const struct image *image)
{
	uint64_t sum = 0, one;

	for (size_t i = 0; i < image_layer_count(image); i++) {
		const char *hex = image_layer(image, i) + strlen(DIGEST_PREFIX);
		FREED char *content = layer_fact(store->layers, hex, "content");

		if (content && num_parse(content, INT64_MAX, &one) == 0)
			sum += one;
	}
	return sum;
}

/* The entry with this name, or with this digest. */
static json_t *find_reference(const struct store *store, const char *text)
{
	struct reference reference;
	json_t *entry;
	size_t i;

	if (reference_parse(text, &reference))
		return NULL;
	json_array_foreach(store_manifests(store), i, entry)
	{
		const char *name = entry_name(entry);
		const char *digest = json_string_value(json_object_get(entry, "digest"));

		if (*reference.digest ? digest && !strcmp(digest, reference.digest)
		                      : name && !strcmp(name, reference_text(&reference)))
			return entry;
	}
	return NULL;
}

/* The image whose id begins so. Named several times it is still one. */
static bool find_id(const struct store *store, const char *text, struct image *image)
{
	size_t length = strlen(text), i;
	bool found = false;
	json_t *entry;

	if (!strncmp(text, DIGEST_PREFIX, strlen(DIGEST_PREFIX)))
		text += strlen(DIGEST_PREFIX), length -= strlen(DIGEST_PREFIX);
	if (!length || length > DIGEST_HEX || digest_hex_span(text) != length)
		return false;
	json_array_foreach(store_manifests(store), i, entry)
	{
		struct image one;

		image_load(store, entry, &one);
		if (strncmp(one.id + strlen(DIGEST_PREFIX), text, length) != 0)
			continue;
		if (found && strcmp(one.id, image->id) != 0)
			refuse(text, "the ids of several images begin so");
		if (!found)
			*image = one;
		found = true;
	}
	return found;
}

void image_find(const struct store *store, const char *text, struct image *image)
{
	json_t *entry = store->images < 0 ? NULL : find_reference(store, text);
	struct reference reference;

	if (entry) {
		image_load(store, entry, image);
		return;
	}
	if (store->images >= 0 && find_id(store, text, image))
		return;
	const char *why = reference_parse(text, &reference);
	refuse(text, "%s", why && digest_hex_span(text) != strlen(text) ? why : "no such image");
}
