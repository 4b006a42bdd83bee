/* Files as entries of an archive: see layer_entry.h. */
#define _GNU_SOURCE
#include "layer_entry.h"

#include "err.h"
#include "io.h"
#include "layer_attr.h"
#include "layer_name.h"
#include "opt.h"
#include <errno.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

void entry_describe(struct archive_entry *entry, int fd, const struct stat *st, const char *root,
                    const char *name)
{
	char target[4097];
	ssize_t length;

	archive_entry_copy_pathname(entry, *name ? name : ".");
	archive_entry_set_mode(entry, st->st_mode);
	archive_entry_set_uid(entry, st->st_uid);
	archive_entry_set_gid(entry, st->st_gid);
	archive_entry_set_mtime(entry, st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	archive_entry_set_size(entry, S_ISREG(st->st_mode) ? st->st_size : 0);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		archive_entry_set_rdev(entry, st->st_rdev);
	if (!S_ISLNK(st->st_mode))
		return;
	length = readlinkat(fd, "", target, sizeof(target) - 1);
	if (length < 0)
		fail(layer_object(root, name), "readlink");
	target[length] = '\0';
	archive_entry_copy_symlink(entry, target);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Without what it refers to, it is a directory without contents, a file without data. */
static bool is_reference(const char *attribute)
{
	return strcmp(attribute, "trusted.overlay.redirect") == 0 ||
	       strcmp(attribute, "trusted.overlay.metacopy") == 0 ||
	       strcmp(attribute, "user.overlay.redirect") == 0 ||
	       strcmp(attribute, "user.overlay.metacopy") == 0;
}

/* Sorted: file systems have their own order. */
void entry_add_xattrs(struct archive_entry *entry, const char *path, bool upper, const char *root,
                      const char *name)
{
	static char names[65536], value[65536];
	ssize_t length = listxattr(path, names, sizeof(names));
	struct list sorted = {0};

	if (length < 0 && errno == EOPNOTSUPP)
		return;
	if (length < 0)
		fail(layer_object(root, name), "list its attributes");
	for (char *at = names; at < names + length; at += strlen(at) + 1) {
		if (upper && is_reference(at))
			refuse(layer_object(root, name),
			       "is a reference to a layer below (%s), which no archive can have",
			       at);
		if (!layer_xattr_is_foreign(at))
			list_add(&sorted, at);
	}
	if (sorted.count)
		qsort(sorted.at, sorted.count, sizeof(*sorted.at), by_text);
	for (size_t i = 0; i < sorted.count; i++) {
		ssize_t size = getxattr(path, sorted.at[i], value, sizeof(value));

		if (size < 0)
			fail(layer_object(root, name), "read an attribute");
		archive_entry_xattr_add_entry(entry, sorted.at[i], value, (size_t)size);
	}
	free(sorted.at);
}

/* Always the same: who deleted something when is not what a layer is about. */
void entry_describe_whiteout(struct archive_entry *entry, const char *name, bool opaque)
{
	const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
	FREED char *whole = opaque ? xprintf("%s%s.wh..wh..opq", name, *name ? "/" : "")
	                           : xprintf("%.*s.wh.%s", (int)(base - name), name, base);

	archive_entry_copy_pathname(entry, whole);
	archive_entry_set_mode(entry, S_IFREG);
	archive_entry_set_mtime(entry, 0, 0);
	archive_entry_set_size(entry, 0);
}
