/* Images as a layout of their own: see image_save.h. */
#define _GNU_SOURCE
#include "image_save.h"

#include "io.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static void undo_layout(void *directory)
{
	(void)remove_tree(AT_FDCWD, directory); /* if not, its owner does */
}

static void put_json(int dir, const char *path, const char *name, const json_t *value)
{
	CLOSED int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	FREED char *text = json_dumps(value, JSON_COMPACT);

	if (!text)
		fail(NULL, "memory");
	if (fd < 0 || write_all(fd, text, strlen(text)))
		fail(path, "write %s", name);
}

void save_layout(const struct store *store, const struct saved *saved, const char *directory)
{
	json_t *version = json_pack("{ss}", "imageLayoutVersion", "1.0.0");

	if (mkdir(directory, 0755))
		fail(directory, "mkdir");
	on_failure(undo_layout, (void *)(uintptr_t)directory);
	CLOSED int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		fail(directory, "open");
	if (mkdirat(dir, "blobs", 0755) || mkdirat(dir, "blobs/sha256", 0755))
		fail(directory, "mkdir blobs");
	for (size_t i = 0; i < saved->count; i++) {
		const char *path = blob_path(saved->blobs[i].digest);

		if (linkat(store->images, path, dir, path, 0))
			fail(directory, "link %s", path);
	}
	put_json(dir, directory, "oci-layout", version);
	put_json(dir, directory, "index.json", saved->index);
	json_decref(version);
}
