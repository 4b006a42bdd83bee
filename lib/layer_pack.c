/* A directory as a tar archive: see layer_pack.h. */
#define _GNU_SOURCE
#include "layer_pack.h"

#include "err.h"
#include "io.h"
#include "layer_attr.h"
#include "layer_links.h"
#include "opt.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

struct packing {
	struct archive *archive;
	const char *root; /* for messages */
	dev_t device;
	void *links;
	int out;
	struct digest digest;
	uint64_t size;
	char buffer[256 * 1024];
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static _Noreturn void fail_at(const struct packing *p, const char *name, const char *what)
{
	int why = errno;
	const char *object = xprintf("%s%s%s", p->root, *name ? "/" : "", name);

	errno = why;
	fail(object, "%s", what);
}

static void check(const struct packing *p, int result, const char *name)
{
	if (result == ARCHIVE_OK)
		return;
	/* A name or a link that is no UTF-8 goes in byte for byte, and says so. */
	const char *why = archive_error_string(p->archive);
	if (result == ARCHIVE_WARN && why && strstr(why, "translate"))
		return;
	errno = archive_errno(p->archive);
	if (errno > 0 && errno < 200)
		fail_at(p, name, "write to the archive");
	refuse(xprintf("%s/%s", p->root, name), "write to the archive: %s", why ? why : "unknown");
}

static la_ssize_t write_out(struct archive *archive, void *of, const void *data, size_t length)
{
	struct packing *p = of;

	if (write_all(p->out, data, length)) {
		archive_set_error(archive, errno, "write");
		return -1;
	}
	digest_add(&p->digest, data, length);
	p->size += length;
	return (la_ssize_t)length;
}

/* By a path, the only way to those of what is not opened. Sorted: file systems have their own
 * order. */
static void add_xattrs(struct packing *p, struct archive_entry *entry, const char *path,
                       const char *name)
{
	static char names[65536], value[65536];
	ssize_t length = llistxattr(path, names, sizeof(names));
	struct list sorted = {0};

	if (length < 0 && errno == EOPNOTSUPP)
		return;
	if (length < 0)
		fail_at(p, name, "list its attributes");
	for (char *at = names; at < names + length; at += strlen(at) + 1)
		if (!layer_xattr_is_foreign(at))
			list_add(&sorted, at);
	if (sorted.count)
		qsort(sorted.at, sorted.count, sizeof(*sorted.at), by_text);
	for (size_t i = 0; i < sorted.count; i++) {
		ssize_t size = lgetxattr(path, sorted.at[i], value, sizeof(value));

		if (size < 0)
			fail_at(p, name, "read an attribute");
		archive_entry_xattr_add_entry(entry, sorted.at[i], value, (size_t)size);
	}
	free(sorted.at);
}

/* True: it is in the archive by another name, and this entry a link to that. */
static bool add_link(struct packing *p, struct archive_entry *entry, const struct stat *st,
                     const char *name)
{
	if (S_ISDIR(st->st_mode) || st->st_nlink < 2)
		return false;
	const char *first = links_note(&p->links, st, name);
	if (!first)
		return false;
	archive_entry_set_size(entry, 0);
	archive_entry_copy_hardlink(entry, first);
	return true;
}

static void add_contents(struct packing *p, int fd, la_int64_t size, const char *name)
{
	while (size) {
		size_t most =
		        size < (la_int64_t)sizeof(p->buffer) ? (size_t)size : sizeof(p->buffer);
		ssize_t got = read(fd, p->buffer, most);

		if (got < 0)
			fail_at(p, name, "read");
		if (!got)
			refuse(xprintf("%s/%s", p->root, name), "became shorter while it was read");
		la_ssize_t put = archive_write_data(p->archive, p->buffer, (size_t)got);
		check(p, put < 0 ? (int)put : ARCHIVE_OK, name);
		size -= got;
	}
}

static void describe(struct packing *p, struct archive_entry *entry, int dir, const char *base,
                     const struct stat *st, const char *name)
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
	length = readlinkat(dir, base, target, sizeof(target) - 1);
	if (length < 0)
		fail_at(p, name, "readlink");
	target[length] = '\0';
	archive_entry_copy_symlink(entry, target);
}

/* Only what has contents is opened; a device or a fifo might do something then. */
static int open_contents(struct packing *p, int dir, const char *base, const struct stat *st,
                         const char *name)
{
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
		return -1;
	int fd = openat(dir, base, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		fail_at(p, name, "open");
	return fd;
}

static void add_one(struct packing *p, int dir, const char *base, const char *name);

static void add_directory(struct packing *p, int fd, const char *name)
{
	struct list entries = {0};
	DIR *dir = fdopendir(dup(fd));

	if (!dir)
		fail_at(p, name, "read");
	errno = 0;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			list_add(&entries, xstrdup(entry->d_name));
	if (errno)
		fail_at(p, name, "read");
	(void)closedir(dir);
	if (entries.count)
		qsort(entries.at, entries.count, sizeof(*entries.at), by_text);
	for (size_t i = 0; i < entries.count; i++) {
		FREED char *base = entries.at[i],
		           *inside = xprintf("%s%s%s", name, *name ? "/" : "", base);

		add_one(p, fd, base, inside);
	}
	free(entries.at);
}

static void add_one(struct packing *p, int dir, const char *base, const char *name)
{
	char path[64 + 256];
	struct stat st;

	if (fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW))
		fail_at(p, name, "stat");
	if (S_ISSOCK(st.st_mode)) {
		complain_plainly(name, "is a socket, which no archive can have: left out");
		return;
	}
	CLOSED int fd = open_contents(p, dir, base, &st, name);
	struct archive_entry *entry = archive_entry_new();
	if (!entry)
		fail(NULL, "memory");
	describe(p, entry, dir, base, &st, name);
	bool link = add_link(p, entry, &st, name);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, base);
	if (!link)
		add_xattrs(p, entry, path, name);
	check(p, archive_write_header(p->archive, entry), name);
	if (!link && S_ISREG(st.st_mode))
		add_contents(p, fd, st.st_size, name);
	archive_entry_free(entry);
	if (S_ISDIR(st.st_mode) && st.st_dev == p->device)
		add_directory(p, fd, name);
}

void layer_pack(const char *path, int out, struct layer_facts *facts)
{
	struct packing *p = xalloc(sizeof(*p));
	CLOSED int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (root < 0 || fstat(root, &st))
		fail(path, "open");
	p->archive = archive_write_new();
	p->root = path;
	p->out = out;
	p->device = st.st_dev;
	digest_begin(&p->digest);
	if (!p->archive || archive_write_set_format_pax(p->archive) ||
	    archive_write_set_format_option(p->archive, "pax", "xattrheader", "SCHILY") ||
	    archive_write_set_bytes_per_block(p->archive, sizeof(p->buffer)) ||
	    archive_write_set_bytes_in_last_block(p->archive, 1) ||
	    archive_write_open(p->archive, p, NULL, write_out, NULL))
		refuse(path, "archive: %s", archive_error_string(p->archive));
	add_one(p, root, ".", "");
	check(p, archive_write_close(p->archive), "");
	(void)archive_write_free(p->archive);
	links_free(p->links);
	*facts = (struct layer_facts){.size = p->size,
	                              .tar_size = p->size,
	                              .media_type = "application/vnd.oci.image.layer.v1.tar"};
	digest_end(&p->digest, facts->digest);
	(void)strcpy(facts->diff_id, facts->digest);
	free(p);
}
