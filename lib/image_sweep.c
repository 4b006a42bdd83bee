/* What no image needs: see image_sweep.h. */
#define _GNU_SOURCE
#include "image_sweep.h"

#include "io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char gone[] = ".gone-";

static void add_digest(json_t *set, const char *digest)
{
	if (digest)
		(void)json_object_set_new(set, digest, json_true());
}

static void mark_config(const struct store *store, json_t *set, const char *from,
                        const json_t *descriptor)
{
	const char *type = text_member(descriptor, "mediaType");
	struct place config;
	json_t *id;
	size_t i;

	add_digest(set, text_member(descriptor, "digest"));
	const char *why = store_try_blob(store, from, descriptor, &config);
	if (why && type && strcmp(type, MEDIA_CONFIG) != 0)
		return; /* of something else than an image, which has no layers unpacked */
	if (why)
		refuse(NULL, "%s", why);
	json_array_foreach(json_object_get(json_object_get(config.value, "rootfs"), "diff_ids"), i,
	                   id) add_digest(set, json_string_value(id));
}

/*
 * A manifest, or an index of such, and what it leads to, for all kinds of machines. The store of
 * another program may lack some of these: what is not there is not missed.
 */
static void mark(const struct store *store, json_t *set, const char *from, const json_t *descriptor)
{
	struct place blob;
	json_t *one;
	size_t i;

	const char *why = store_try_blob(store, from, descriptor, &blob);
	if (why)
		refuse(NULL, "%s", why);
	add_digest(set, text_member(descriptor, "digest"));
	json_array_foreach(json_object_get(blob.value, "layers"), i, one)
	        add_digest(set, text_member(one, "digest"));
	json_array_foreach(json_object_get(blob.value, "manifests"), i, one)
	{
		const char *digest = text_member(one, "digest");

		if (digest && digest_is_valid(digest) &&
		    faccessat(store->images, blob_path(digest), F_OK, 0) == 0)
			mark(store, set, blob.file, one);
	}
	if ((one = json_object_get(blob.value, "config")))
		mark_config(store, set, blob.file, one);
}

/* The digests of all blobs and layers that are needed. */
static json_t *find_needed(const struct store *store, const struct list *keep)
{
	json_t *set = json_object(), *entry;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	        mark(store, set, store->index.file, entry);
	for (i = 0; i < keep->count; i++) {
		const char *id = keep->at[i];

		if (!digest_is_valid(id) || faccessat(store->images, blob_path(id), F_OK, 0))
			continue;
		json_t *descriptor = json_pack("{ss}", "digest", id);
		mark_config(store, set, id, descriptor);
		json_decref(descriptor);
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

/* NULL: it is not there, so there is nothing in it. */
static DIR *open_list(const struct store *store, int at, const char *name)
{
	int fd = at < 0 ? -1 : openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && at >= 0 && errno != ENOENT)
		fail(store->root, "read %s", name);
	return dir;
}

static void close_list(DIR *dir)
{
	if (dir)
		(void)closedir(dir);
}

void sweep_aside(const struct store *store, const struct list *keep)
{
	json_t *needed = find_needed(store, keep);
	DIR *dir = open_list(store, store->layers, ".");

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		const char *digest = as_digest(entry->d_name, "");

		if (!*digest || json_object_get(needed, digest))
			continue;
		FREED char *to = xprintf("%s%s", gone, entry->d_name);
		if (renameat(store->layers, entry->d_name, store->layers, to) &&
		    (remove_tree(store->layers, to) ||
		     renameat(store->layers, entry->d_name, store->layers, to)))
			fail(store->root, "set layers/%s aside", entry->d_name);
	}
	close_list(dir);
	json_decref(needed);
}

static void delete_blobs(const struct store *store, json_t *needed)
{
	DIR *dir = open_list(store, store->images, "blobs/sha256");

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		const char *digest = as_digest(entry->d_name, "");

		if (*digest && !json_object_get(needed, digest) &&
		    unlinkat(store->images, blob_path(digest), 0) && errno != ENOENT)
			fail(store->root, "delete blob %s", digest);
	}
	close_list(dir);
}

int sweep_delete(const struct store *store, const struct list *keep)
{
	json_t *needed = find_needed(store, keep);
	DIR *dir = open_list(store, store->layers, ".");
	struct list doomed = {0};
	int failed = 0;

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		const char *digest = as_digest(entry->d_name, gone);

		if (!*digest)
			continue;
		if (json_object_get(needed, digest)) {
			/* If it has come again meanwhile, both stay: each may be in use. */
			(void)renameat(store->layers, entry->d_name, store->layers,
			               digest + strlen(DIGEST_PREFIX));
			continue;
		}
		/* Half deleted it must not be put back by another sweep. */
		char *dead = xprintf("%s%s-%d", LAYER_DEAD, entry->d_name, getpid());
		if (renameat(store->layers, entry->d_name, store->layers, dead))
			fail(store->root, "rename layers/%s", entry->d_name);
		printf("layer\t%s\n", digest);
		list_add(&doomed, dead);
	}
	close_list(dir);
	delete_blobs(store, needed);
	json_decref(needed);
	store_unlock(store); /* this may take its time */
	for (size_t i = 0; i < doomed.count; i++)
		if (remove_tree(store->layers, doomed.at[i])) {
			complain(store->root, "delete layers/%s", doomed.at[i]);
			failed = -1;
		}
	return failed;
}
