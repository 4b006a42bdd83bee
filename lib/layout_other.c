/* Layouts of others: see layout_other.h. */
#define _GNU_SOURCE
#include "layout_other.h"

#include "io.h"
#include "layout.h"
#include "num.h"
#include "sys.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_OF_ALL = 256 << 20 };

/* What the kernel calls an open file; NULL with errno. The caller frees it. */
static char *name_of(int fd)
{
	char link[32], path[4096];

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return NULL;
	path[length] = '\0';
	return xstrdup(path);
}

/* The part of the file's path that is below the layout. NULL with errno: it is not. */
static char *path_below(const struct other *other, int fd)
{
	FREED char *top = name_of(other->dir), *path = name_of(fd);
	size_t length = top && strcmp(top, "/") != 0 ? strlen(top) : 0;

	if (!top || !path)
		return NULL;
	if (strncmp(top, path, length) != 0 || path[length] != '/') {
		errno = EXDEV; /* it has been moved meanwhile */
		return NULL;
	}
	return xstrdup(path + length + 1);
}

/* A device, or a pipe, does something when it is opened: so first it is looked at. */
int other_file(const struct other *other, const char *name, char **path)
{
	char link[32];
	struct stat st;
	CLOSED int fd =
	        sys_openat2(other->dir, name, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);

	if (fd < 0 || fstat(fd, &st))
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return -1;
	}
	if (path && !(*path = path_below(other, fd)))
		return -1;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return open(link, O_RDONLY | O_CLOEXEC);
}

static const char *object(const struct other *other, const char *name)
{
	return xprintf("%s/%s", other->path, name); /* for messages: never freed */
}

/* 0, or -1: there is no such file. */
static int read_json(const struct other *other, const char *name, struct document *document)
{
	CLOSED int fd = other_file(other, name, NULL);
	json_error_t error;

	static size_t all;

	*document = (struct document){0};
	if (fd < 0 && errno == ENOENT)
		return -1;
	if (fd < 0 || !(document->text = read_all(fd, MOST_JSON, &document->length)))
		fail(object(other, name), "read");
	/* A list may name a large file as often as it likes. */
	if ((all += document->length) > MOST_OF_ALL)
		refuse(other->path, "its documents take more than %d MiB", MOST_OF_ALL >> 20);
	document->value =
	        json_loadb(document->text, document->length, JSON_REJECT_DUPLICATES, &error);
	if (!document->value)
		refuse(object(other, name), "line %d, column %d: %s", error.line, error.column,
		       error.text);
	digest_of(document->text, document->length, document->digest);
	return 0;
}

void other_read(const struct other *other, const char *name, struct document *document)
{
	if (read_json(other, name, document))
		fail(object(other, name), "open");
	if (!json_is_object(document->value))
		refuse(object(other, name), "not a JSON object");
}

void other_read_blob(const struct other *other, const char *from, const json_t *descriptor,
                     struct document *document)
{
	const char *digest = text_member(descriptor, "digest");
	json_t *size = json_object_get(descriptor, "size");

	if (!digest || !digest_is_valid(digest))
		refuse(object(other, from), "%s: not a digest that is known here",
		       digest ?: "none");
	const char *name = xstrdup(blob_path(digest));
	other_read(other, name, document);
	if (strcmp(document->digest, digest) != 0)
		refuse(object(other, name), "its digest is %s", document->digest);
	if (size && json_integer_value(size) != (json_int_t)document->length)
		refuse(object(other, name),
		       "has %zu bytes, not the %" JSON_INTEGER_FORMAT " that %s says",
		       document->length, json_integer_value(size), from);
}

void other_check_layers(const char *file, size_t count)
{
	if (count > MOST_LAYERS)
		refuse(file, "has %zu layers, and overlayfs takes %d at most", count, MOST_LAYERS);
}

void other_take_diff_ids(struct other_image *image, const char *file, size_t count)
{
	json_t *ids = json_object_get(json_object_get(image->config.value, "rootfs"), "diff_ids"),
	       *id;
	size_t i;

	other_check_layers(file, count);
	if (json_array_size(ids) != count)
		refuse(file, "rootfs.diff_ids: %zu of them, for %zu layers", json_array_size(ids),
		       count);
	image->count = count;
	image->layers = xalloc((count + 1) * sizeof(*image->layers));
	json_array_foreach(ids, i, id)
	{
		const char *digest = json_string_value(id);

		if (!digest || !digest_is_valid(digest))
			refuse(file, "rootfs.diff_ids[%zu]: not a digest that is known here", i);
		(void)strcpy(image->layers[i].diff_id, digest);
	}
}

void other_open(struct other *other, const char *path)
{
	struct document index;

	*other =
	        (struct other){.path = path, .dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	if (other->dir < 0)
		fail(path, "open");
	if (read_json(other, "index.json", &index) == 0) {
		other->entries = json_object_get(index.value, "manifests");
	} else if (read_json(other, "manifest.json", &index) == 0) {
		other->docker = true;
		other->entries = index.value;
	} else {
		refuse(path, "has neither index.json nor manifest.json: no images");
	}
	if (!json_is_array(other->entries))
		refuse(object(other, other->docker ? "manifest.json" : "index.json"),
		       "has no list of images");
	if (json_array_size(other->entries) > MOST_IMAGES)
		refuse(path, "has more than %d images", MOST_IMAGES);
}
