/* What is saved of images: see image_save.h. */
#define _GNU_SOURCE
#include "image_save.h"

#include "image_save_names.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct saving {
	const struct store *store;
	struct saved *saved;
	json_t *images; /* {digest of the manifest: [its descriptor, its item of manifest.json]} */
	json_t *blobs;  /* {digest: null} */
};

/* size: as a manifest has it, or negative where there is none yet. Returns what it is. */
static uint64_t add_blob(struct saving *s, const char *digest, int64_t size)
{
	const char *file = xprintf("%s/images/%s", s->store->root, blob_path(digest));
	struct saved *saved = s->saved;
	struct stat st;

	int fd = openat(s->store->images, blob_path(digest), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(file, "open");
	if (fstat(fd, &st))
		fail(file, "fstat");
	if (!S_ISREG(st.st_mode) || (size >= 0 && st.st_size != size))
		refuse(file, "damaged: it has %jd bytes, not %jd", (intmax_t)st.st_size,
		       (intmax_t)size);
	if (json_object_get(s->blobs, digest)) {
		(void)close(fd);
		return (uint64_t)st.st_size;
	}
	(void)json_object_set_new(s->blobs, digest, json_null());
	saved->blobs = xrealloc(saved->blobs, (saved->count + 1) * sizeof(*saved->blobs));
	saved->blobs[saved->count++] = (struct saved_blob){digest, (uint64_t)st.st_size, fd};
	saved->bytes += (uint64_t)st.st_size;
	return (uint64_t)st.st_size;
}

static json_t *blob_name(const char *digest)
{
	return json_string(blob_path(digest));
}

/* The blobs of the image's layers, which are as many as its config has. */
static json_t *add_layers(struct saving *s, const struct image *image)
{
	struct place layers = place_member(&image->manifest, "layers", JSON_ARRAY);
	json_t *names = json_array();
	size_t count = place_count(&layers);

	if (count != image_layer_count(image))
		refuse(image->manifest.file, "has %zu layers, and its config %zu", count,
		       image_layer_count(image));
	for (size_t i = 0; i < count; i++) {
		struct place layer = place_element(&layers, i, JSON_OBJECT);
		const char *digest = text_member(layer.value, "digest");

		if (!digest || !digest_is_valid(digest))
			place_refuse(&layer, "not a digest that is known here");
		add_blob(s, digest, (int64_t)place_number(&layer, "size", INT64_MAX, 0));
		(void)json_array_append_new(names, blob_name(digest));
	}
	return names;
}

static json_t *describe(const struct image *image, uint64_t size)
{
	const char *type = text_member(image->manifest.value, "mediaType");

	return json_pack("{ss ss sI so}", "mediaType", type ?: MEDIA_MANIFEST, "digest",
	                 image->digest, "size", (json_int_t)size, "platform",
	                 image_platform(image->config.value));
}

/* Returns its item of manifest.json. */
static json_t *add_image(struct saving *s, const struct image *image)
{
	json_t *known = json_object_get(s->images, image->digest);

	if (known)
		return json_array_get(known, 1);
	uint64_t size = add_blob(s, image->digest, -1);
	(void)add_blob(s, image->id, -1);
	json_t *item = json_pack("{so sn so}", "Config", blob_name(image->id), "RepoTags", "Layers",
	                         add_layers(s, image));
	known = json_pack("[oO]", describe(image, size), item);
	if (!known || json_object_set_new(s->images, image->digest, known) ||
	    json_array_append_new(s->saved->manifests, item))
		refuse(image->manifest.file, "cannot be described: not UTF-8");
	return item;
}

static void add_repository(struct saved *saved, const json_t *layers, const char *name)
{
	const char *top = json_string_value(json_array_get(layers, json_array_size(layers) - 1));
	const char *tag = strrchr(name, ':');
	FREED char *repository = xprintf("%.*s", (int)(tag - name), name);
	json_t *tags = json_object_get(saved->repositories, repository);

	if (!tags) {
		tags = json_object();
		(void)json_object_set_new(saved->repositories, repository, tags);
	}
	(void)json_object_set_new(tags, tag + 1, json_string(top ? strrchr(top, '/') + 1 : ""));
}

/* name: NULL, or what it is to be called. */
static void add_name(struct saving *s, const struct image *image, const char *name)
{
	json_t *item = add_image(s, image), *names = json_object_get(item, "RepoTags"), *other;
	size_t i;

	if (!name)
		return;
	if (json_is_null(names)) {
		names = json_array();
		(void)json_object_set_new(item, "RepoTags", names);
	}
	json_array_foreach(names, i, other) if (!strcmp(json_string_value(other), name)) return;
	(void)json_array_append_new(names, json_string(name));
	add_repository(s->saved, json_object_get(item, "Layers"), name);
}

static void add_entry(const struct saved *saved, const json_t *descriptor, const char *name)
{
	json_t *entry = json_deep_copy(descriptor);

	if (name) {
		FREED char *full = reference_full(name);

		entry_set_name(entry, name);
		(void)json_object_set_new(json_object_get(entry, "annotations"),
		                          "io.containerd.image.name", json_string(full));
	}
	(void)json_array_append_new(json_object_get(saved->index, "manifests"), entry);
}

/* An entry for each name, or one without. */
static void make_index(const struct saving *s)
{
	const char *digest;
	json_t *image, *name;
	size_t i;

	s->saved->index =
	        json_pack("{si ss s[]}", "schemaVersion", 2, "mediaType", MEDIA_INDEX, "manifests");
	json_object_foreach(s->images, digest, image)
	{
		const json_t *descriptor = json_array_get(image, 0);
		json_t *names = json_object_get(json_array_get(image, 1), "RepoTags");

		json_array_foreach(names, i, name)
		        add_entry(s->saved, descriptor, json_string_value(name));
		if (json_is_null(names))
			add_entry(s->saved, descriptor, NULL);
	}
}

void save_open(const struct store *store, const struct list *wanted, const struct list *as,
               struct saved *saved)
{
	struct saving saving = {store, saved, json_object(), json_object()};

	*saved = (struct saved){.manifests = json_array(), .repositories = json_object()};
	for (size_t i = 0; i < wanted->count; i++) {
		struct list names = as->count ? (struct list){0} : save_names(store, wanted->at[i]);
		struct image image;

		for (size_t n = 0; n < names.count; n++) {
			image_find(store, names.at[n], &image);
			add_name(&saving, &image, names.at[n]);
		}
		if (names.count)
			continue;
		image_find(store, wanted->at[i], &image);
		for (size_t n = 0; n < as->count; n++)
			add_name(&saving, &image, as->at[n]);
		if (!as->count)
			add_name(&saving, &image, NULL);
	}
	make_index(&saving);
	json_decref(saving.images);
	json_decref(saving.blobs);
}
