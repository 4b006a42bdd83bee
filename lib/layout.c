/* The store of images: see layout.h. */
#define _GNU_SOURCE
#include "layout.h"

#include "io.h"
#include "record.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { MOST_JSON = 16 << 20 };

static const char *images_file(const struct store *store, const char *name)
{
	return xprintf("%s/images/%s", store->root, name); /* for messages: never freed */
}

/* A file appears whole or not at all. */
static void put_file(const struct store *store, const char *path, const char *text, size_t length)
{
	FREED char *new = xprintf("%s.new-%d", path, getpid());
	CLOSED int fd = openat(store->images, new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	/* Synced: an index that has lost its contents with the power would be all images lost. */
	if (fd >= 0 && write_all(fd, text, length) == 0 && fdatasync(fd) == 0 &&
	    renameat(store->images, new, store->images, path) == 0)
		return;
	int why = errno;
	if (fd >= 0)
		(void)unlinkat(store->images, new, 0); /* what failed is what has to be told */
	errno = why;
	fail(images_file(store, path), "write");
}

static void make_layout(const struct store *store)
{
	static const char version[] = "{\"imageLayoutVersion\": \"1.0.0\"}\n";

	if ((mkdirat(store->images, "blobs", 0755) && errno != EEXIST) ||
	    (mkdirat(store->images, "blobs/sha256", 0755) && errno != EEXIST))
		fail(images_file(store, "blobs"), "mkdir");
	if (faccessat(store->images, "oci-layout", F_OK, 0))
		put_file(store, "oci-layout", version, strlen(version));
}

static int open_below(int root, const char *path, const char *name, unsigned int mode)
{
	if (mode && mkdirat(root, name, mode) && errno != EEXIST)
		fail(path, "mkdir %s", name);
	int fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno != ENOENT || mode))
		fail(path, "open %s", name);
	return fd;
}

static void read_index(struct store *store)
{
	const char *file = images_file(store, "index.json");
	CLOSED int fd = openat(store->images, "index.json", O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT)
		fail(file, "open");
	store->index =
	        fd >= 0 ? place_root(fd, file) : place_text("{\"schemaVersion\":2}", 19, file);
	if (!place_member(&store->index, "manifests", JSON_ARRAY).value)
		(void)json_object_set_new(store->index.value, "manifests", json_array());
}

bool store_open_images(struct store *store, const char *root, bool make)
{
	CLOSED int dir = store_open(root, make);

	store->root = root;
	store->images = store->layers = -1;
	if (dir < 0 && (errno != ENOENT || make))
		fail(root, "open");
	if (dir < 0)
		return false;
	store->images = open_below(dir, root, "images", make ? 0755 : 0);
	/* Layers hold set-user-ID programs of all kinds: nobody else gets to them. */
	store->layers = open_below(dir, root, "layers", make ? 0700 : 0);
	if (store->images < 0 || store->layers < 0)
		return false;
	if (make)
		make_layout(store);
	read_index(store);
	return true;
}

void store_lock(struct store *store)
{
	if (flock(store->images, LOCK_EX))
		fail(images_file(store, ""), "lock");
	read_index(store);
}

void store_save(struct store *store)
{
	FREED char *text = json_dumps(store->index.value, JSON_INDENT(2));

	if (!text)
		fail(NULL, "memory");
	put_file(store, "index.json", text, strlen(text));
}

json_t *store_manifests(const struct store *store)
{
	return json_object_get(store->index.value, "manifests");
}

const char *entry_name(const json_t *entry)
{
	return json_string_value(json_object_get(json_object_get(entry, "annotations"), REF_NAME));
}

void entry_set_name(json_t *entry, const char *name)
{
	json_t *annotations = json_object_get(entry, "annotations");

	if (!json_is_object(annotations)) {
		annotations = json_object();
		(void)json_object_set_new(entry, "annotations", annotations);
	}
	if (name)
		(void)json_object_set_new(annotations, REF_NAME, json_string(name));
	else
		(void)json_object_del(annotations, REF_NAME);
	if (json_object_size(annotations) == 0)
		(void)json_object_del(entry, "annotations");
}

const char *blob_path(const char *digest)
{
	static char path[16 + DIGEST_HEX];

	(void)snprintf(path, sizeof(path), "blobs/sha256/%s", digest + strlen(DIGEST_PREFIX));
	return path;
}

struct place store_blob(const struct store *store, const char *digest)
{
	char real[DIGEST_LENGTH + 1];
	size_t length;

	if (!digest_is_valid(digest))
		refuse(store->index.file, "%s: not a digest that is known here", digest);
	const char *file = images_file(store, blob_path(digest));
	FREED char *text = read_file(store->images, blob_path(digest), MOST_JSON, &length);
	if (!text)
		fail(file, "read");
	digest_of(text, length, real);
	if (strcmp(real, digest) != 0)
		refuse(file, "damaged: its digest is %s", real);
	return place_text(text, length, file);
}

uint64_t store_put(const struct store *store, json_t *value, char digest[DIGEST_LENGTH + 1])
{
	FREED char *text = json_dumps(value, JSON_COMPACT);

	if (!text)
		fail(NULL, "memory");
	digest_of(text, strlen(text), digest);
	put_file(store, blob_path(digest), text, strlen(text));
	return strlen(text);
}

char *layer_path(const struct store *store, const char *diff_id, const char *file)
{
	return xprintf("%s/layers/%s%s%s", store->root, diff_id + strlen(DIGEST_PREFIX),
	               file ? "/" : "", file ? file : "");
}
