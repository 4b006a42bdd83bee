/* Removing images: see image_sweep.h. */
#define _GNU_SOURCE
#include "image_sweep.h"

#include "io.h"
#include "reference.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

static const char gone[] = ".gone-";

static bool is_listed(const struct list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->at[i], text))
			return true;
	return false;
}

/* How many entries of the index lead to the image. */
static size_t count_entries(const struct store *store, const char *id)
{
	size_t count = 0, i;
	json_t *entry;

	json_array_foreach(store_manifests(store), i, entry)
	{
		struct image image;

		image_load(store, entry, &image);
		count += !strcmp(image.id, id);
	}
	return count;
}

static void print(const char *what, const char *object)
{
	printf("%s\t%s\n", what, object);
}

/* One entry goes; the last one of its image with it, unless that is in use. */
static void drop(struct store *store, const struct image *image, const struct list *keep,
                 bool force)
{
	json_t *list = store_manifests(store);
	bool last = count_entries(store, image->id) == 1, kept = is_listed(keep, image->id);

	if (last && kept && !force)
		refuse(image->name ? image->name : image->id,
		       "a container uses this image (--force to take the name away)");
	if (image->name)
		print("untagged", image->name);
	if (last && kept) {
		entry_set_name(image->entry, NULL);
		return;
	}
	if (last)
		print("deleted", image->id);
	for (size_t i = json_array_size(list); i-- > 0;)
		if (json_array_get(list, i) == image->entry)
			(void)json_array_remove(list, i);
}

void image_untag(struct store *store, const char *text, const struct list *keep, bool force)
{
	struct image image;
	struct reference reference;

	image_find(store, text, &image);
	bool by_name = image.name && !reference_parse(text, &reference) && *reference.tag &&
	               !strcmp(image.name, reference_text(&reference));
	if (by_name) {
		drop(store, &image, keep, force);
		return;
	}
	FREED char *id = xstrdup(image.id);
	size_t left = count_entries(store, id);
	if (left > 1 && !force)
		refuse(text, "the image has several names (--force to take all away)");
	for (size_t i = json_array_size(store_manifests(store)); i-- > 0;) {
		image_load(store, json_array_get(store_manifests(store), i), &image);
		if (!strcmp(image.id, id))
			drop(store, &image, keep, force);
	}
}

static void add_digest(json_t *set, const char *digest)
{
	(void)json_object_set_new(set, digest, json_true());
}

static void add_layers(json_t *set, const struct image *image)
{
	for (size_t i = 0; i < image_layer_count(image); i++)
		add_digest(set, image_layer(image, i));
}

/* The digests of all blobs and layers that are needed. */
static json_t *find_needed(const struct store *store, const struct list *keep)
{
	json_t *set = json_object(), *entry;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	{
		struct image image;

		image_load(store, entry, &image);
		add_digest(set, json_string_value(json_object_get(entry, "digest")));
		add_digest(set, image.digest);
		add_digest(set, image.id);
		add_layers(set, &image);
		struct place layers = place_member(&image.manifest, "layers", JSON_ARRAY);
		for (size_t n = 0; n < place_count(&layers); n++) {
			struct place layer = place_element(&layers, n, JSON_OBJECT);

			add_digest(set, place_text_of(&layer, "digest"));
		}
	}
	for (i = 0; i < keep->count; i++) {
		struct image image = {.id = keep->at[i]};

		if (!digest_is_valid(image.id) ||
		    faccessat(store->images, blob_path(image.id), F_OK, 0))
			continue;
		image.config = store_blob(store, image.id);
		add_digest(set, image.id);
		add_layers(set, &image);
	}
	return set;
}

/* A file's name of 64 digits, PREFIX before them, as a digest: "" when it is not one. */
static const char *as_digest(const char *name, const char *prefix)
{
	static char digest[DIGEST_LENGTH + 1];

	digest[0] = '\0';
	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return digest;
	(void)snprintf(digest, sizeof(digest), "%s%s", DIGEST_PREFIX, name + strlen(prefix));
	if (!digest_is_valid(digest) || strlen(name) != strlen(prefix) + DIGEST_HEX)
		digest[0] = '\0';
	return digest;
}

static DIR *open_list(const struct store *store, int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		fail(store->root, "read %s", name);
	return dir;
}

void sweep_aside(const struct store *store, const struct list *keep)
{
	json_t *needed = find_needed(store, keep);
	DIR *dir = open_list(store, store->layers, ".");

	for (struct dirent *entry; (entry = readdir(dir));) {
		const char *digest = as_digest(entry->d_name, "");

		if (!*digest || json_object_get(needed, digest))
			continue;
		FREED char *to = xprintf("%s%s", gone, entry->d_name);
		if (renameat(store->layers, entry->d_name, store->layers, to) &&
		    (remove_tree(store->layers, to) ||
		     renameat(store->layers, entry->d_name, store->layers, to)))
			fail(store->root, "set layers/%s aside", entry->d_name);
	}
	(void)closedir(dir);
	json_decref(needed);
}

static void delete_blobs(const struct store *store, json_t *needed)
{
	DIR *dir = open_list(store, store->images, "blobs/sha256");

	for (struct dirent *entry; (entry = readdir(dir));) {
		const char *digest = as_digest(entry->d_name, "");

		if (*digest && !json_object_get(needed, digest) &&
		    unlinkat(store->images, blob_path(digest), 0) && errno != ENOENT)
			fail(store->root, "delete blob %s", digest);
	}
	(void)closedir(dir);
}

int sweep_delete(const struct store *store, const struct list *keep)
{
	json_t *needed = find_needed(store, keep);
	DIR *dir = open_list(store, store->layers, ".");
	struct list doomed = {0};
	int failed = 0;

	for (struct dirent *entry; (entry = readdir(dir));) {
		const char *digest = as_digest(entry->d_name, gone);

		if (!*digest)
			continue;
		/* When the same layer has come again meanwhile, the new one stays. */
		if (json_object_get(needed, digest) &&
		    renameat(store->layers, entry->d_name, store->layers,
		             digest + strlen(DIGEST_PREFIX)) == 0)
			continue;
		print("layer", digest);
		list_add(&doomed, xstrdup(entry->d_name));
	}
	(void)closedir(dir);
	delete_blobs(store, needed);
	json_decref(needed);
	(void)flock(store->images, LOCK_UN); /* what is aside is nobody's: it may take its time */
	for (size_t i = 0; i < doomed.count; i++)
		if (remove_tree(store->layers, doomed.at[i])) {
			complain(store->root, "delete layers/%s", doomed.at[i]);
			failed = -1;
		}
	return failed;
}
