/* The store of images: see layout.h. */
#define _GNU_SOURCE
#include "layout.h"

#include "io.h"
#include "layout_steps.h"
#include "record.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

static const char new_file[] = ".new";

static const char *images_file(const struct store *store, const char *name)
{
	return xprintf("%s/images/%s", store->root, name); /* for messages: never freed */
}

static void lock(const struct store *store, int how)
{
	if (flock(store->images, how))
		fail(images_file(store, ""), "lock");
}

void store_tidy(const struct store *store)
{
	(void)unlinkat(store->images, new_file, 0); /* if not, the next writer takes it over */
	steps_tidy(store);
}

static _Noreturn void give_up(const struct store *store, const char *object, const char *what)
{
	int why = errno;

	store_tidy(store);
	errno = why;
	fail(object, "%s", what);
}

/*
 * The file `.new`, which becomes `path`. One name is enough, since the lock is held, and so a
 * writer that was killed leaves one file, which the next one takes over. Synced: an index that has
 * lost its contents with the power would be all images lost.
 */
static void write_new(const struct store *store, const char *path, const char *text, size_t length)
{
	CLOSED int fd =
	        openat(store->images, new_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write_all(fd, text, length) || fdatasync(fd))
		give_up(store, images_file(store, path), "write");
}

static void rename_new(const struct store *store, const char *path)
{
	if (renameat(store->images, new_file, store->images, path))
		give_up(store, images_file(store, path), "rename");
}

static void make_layout(const struct store *store)
{
	static const char version[] = "{\"imageLayoutVersion\": \"1.0.0\"}\n";

	if ((mkdirat(store->images, "blobs", 0755) && errno != EEXIST) ||
	    (mkdirat(store->images, "blobs/sha256", 0755) && errno != EEXIST))
		fail(images_file(store, "blobs"), "mkdir");
	if (faccessat(store->images, "oci-layout", F_OK, 0) == 0)
		return;
	lock(store, LOCK_EX);
	write_new(store, "oci-layout", version, strlen(version));
	rename_new(store, "oci-layout");
	store_unlock(store);
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

bool store_open_images(struct store *store, const char *root, bool make)
{
	CLOSED int dir = store_open(root, make);

	*store = (struct store){.root = root, .images = -1, .layers = -1};
	store->steps = xalloc(sizeof(*store->steps));
	if (dir < 0 && (errno != ENOENT || make))
		fail(root, "open");
	if (dir < 0)
		return false;
	store->images = open_below(dir, root, "images", make ? 0755 : 0);
	/* Layers hold set-user-ID programs of all kinds: nobody else gets to them. */
	store->layers = open_below(dir, root, "layers", make ? 0700 : 0);
	if (make)
		make_layout(store);
	return store->images >= 0;
}

static void read_index(struct store *store)
{
	static const char empty[] = "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_INDEX "\"}";
	const char *file = images_file(store, "index.json");
	CLOSED int fd = openat(store->images, "index.json", O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT)
		fail(file, "open");
	store->index = fd >= 0 ? place_root(fd, file) : place_text(empty, strlen(empty), file);
	if (!place_member(&store->index, "manifests", JSON_ARRAY).value)
		(void)json_object_set_new(store->index.value, "manifests", json_array());
	steps_leave_index(store);
}

void store_lock(struct store *store)
{
	lock(store, LOCK_EX);
	read_index(store);
}

void store_share(struct store *store)
{
	lock(store, LOCK_SH);
	read_index(store);
}

void store_unlock(const struct store *store)
{
	(void)flock(store->images, LOCK_UN); /* if not, the end of the process does */
}

void store_write(struct store *store)
{
	FREED char *text = json_dumps(store->index.value, JSON_INDENT(2));

	if (!text)
		fail(NULL, "memory");
	FREED char *there = read_file(store->images, "index.json", MOST_JSON, NULL);
	store->same = there && !strcmp(there, text);
	if (!store->same)
		write_new(store, "index.json", text, strlen(text));
	if (steps_write(store))
		give_up(store, images_file(store, "steps"), "write");
}

void store_commit(struct store *store)
{
	if (fflush(stdout) || ferror(stdout))
		give_up(store, "standard output", "write");
	if (steps_commit(store))
		give_up(store, images_file(store, "steps"), "rename");
	if (!store->same)
		rename_new(store, "index.json");
}

json_t *store_manifests(const struct store *store)
{
	return json_object_get(store->index.value, "manifests");
}

const char *text_member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const char *blob_path(const char *digest)
{
	static char path[16 + DIGEST_HEX];

	(void)snprintf(path, sizeof(path), "blobs/sha256/%s", digest + strlen(DIGEST_PREFIX));
	return path;
}

char *store_read_blob(const struct store *store, const char *digest, size_t *length,
                      const char **why)
{
	char *text = read_file(store->images, blob_path(digest), MOST_JSON, length);
	char real[DIGEST_LENGTH + 1];

	if (!text) {
		*why = xprintf("read: %s", strerror(errno));
		return NULL;
	}
	digest_of(text, *length, real);
	if (!strcmp(real, digest))
		return text;
	*why = xprintf("damaged: its digest is %s", real);
	free(text);
	return NULL;
}

const char *store_try_blob(const struct store *store, const char *from, const json_t *descriptor,
                           struct place *blob)
{
	const char *digest = text_member(descriptor, "digest"), *why;
	json_error_t error;
	size_t length;

	if (!digest || !digest_is_valid(digest))
		return xprintf("%s: %s: not a digest that is known here", from, digest ?: "none");
	*blob = (struct place){.file = images_file(store, blob_path(digest))};
	FREED char *text = store_read_blob(store, digest, &length, &why);
	if (!text)
		return xprintf("%s: %s", blob->file, why);
	blob->value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (!blob->value)
		return xprintf("%s: line %d, column %d: %s", blob->file, error.line, error.column,
		               error.text);
	return json_is_object(blob->value) ? NULL : xprintf("%s: not a JSON object", blob->file);
}

void store_put(const struct store *store, const char *text, const char *digest)
{
	write_new(store, blob_path(digest), text, strlen(text));
	rename_new(store, blob_path(digest));
}

char *layer_path(const struct store *store, const char *diff_id, const char *file)
{
	return xprintf("%s/layers/%s%s%s", store->root, diff_id + strlen(DIGEST_PREFIX),
	               file ? "/" : "", file ? file : "");
}
