/* What becomes part of the store: see image_publish.h. */
#define _GNU_SOURCE
#include "image_publish.h"

#include "image.h"
#include "image_sweep.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What has become part of the store, and is part of no image yet. */
struct published {
	struct published *next;
	int dir; /* of images or layers */
	char path[];
};
static struct published *published; /* the last one first */

static void undo_publish(void *unused)
{
	(void)unused;
	for (; published; published = published->next)
		(void)remove_tree(published->dir, published->path); /* if not, a sweep does */
}

static void will_publish(int dir, const char *path)
{
	struct published *one = xalloc(sizeof(*one) + strlen(path) + 1);

	if (!published)
		on_failure(undo_publish, NULL);
	one->next = published;
	one->dir = dir;
	(void)strcpy(one->path, path);
	published = one;
}

static void publish(const char *from, int dir, const char *to)
{
	bool is_there = faccessat(dir, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0;

	if (renameat(AT_FDCWD, from, dir, to))
		fail(from, "move to %s", to);
	if (!is_there)
		will_publish(dir, to);
}

void publish_blob(const struct store *store, const char *from, const char *digest, uint64_t size)
{
	struct stat there;

	if (fstatat(store->images, blob_path(digest), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(there.st_mode) && (uint64_t)there.st_size == size)
		return;
	publish(from, store->images, blob_path(digest));
}

void publish_layer(const struct store *store, const char *from, const char *diff_id)
{
	const char *name = diff_id + strlen(DIGEST_PREFIX);
	FREED char *tree = xprintf("%s/tree", name);
	FREED char *told = layer_fact(store->layers, name, "diff_id");

	if (told && !strcmp(told, diff_id) && faccessat(store->layers, tree, F_OK, 0) == 0)
		return;
	if (faccessat(store->layers, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		sweep_layer(store, diff_id); /* a container may be using it nevertheless */
	publish(from, store->layers, name);
}

void publish_text(const struct store *store, const char *text, const char *digest)
{
	if (faccessat(store->images, blob_path(digest), F_OK, 0))
		will_publish(store->images, blob_path(digest));
	store_put(store, text, digest);
}

uint64_t publish_json(const struct store *store, json_t *value, char digest[DIGEST_LENGTH + 1])
{
	FREED char *text = json_dumps(value, JSON_COMPACT);

	if (!text)
		fail(NULL, "memory");
	digest_of(text, strlen(text), digest);
	publish_text(store, text, digest);
	return strlen(text);
}
