/* A directory as a tar archive: see layer_pack.h. */
#define _GNU_SOURCE
#include "layer_pack.h"

#include "directory.h"
#include "err.h"
#include "io.h"
#include "kernel_fs.h"
#include "layer_entry.h"
#include "layer_links.h"
#include "layer_name.h"
#include "whiteout.h"
#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

struct packing {
	struct archive *archive;
	const char *root; /* for messages */
	bool upper, live, wants_digest, copies;
	dev_t device;
	struct stat itself; /* what `out` is */
	void *links;
	int out;
	struct digest digest;
	uint64_t size;
	char buffer[256 * 1024];
};

static _Noreturn void fail_at(const struct packing *p, const char *name, const char *what)
{
	fail(layer_object(p->root, name), "%s", what);
}

static void check(const struct packing *p, int result, const char *name)
{
	/* A name or a link that is no UTF-8 goes in byte for byte, and says so. */
	const char *why = archive_error_string(p->archive);
	if (result != ARCHIVE_OK && !(result == ARCHIVE_WARN && why && strstr(why, "translate")))
		refuse(layer_object(p->root, name), "put it into an archive: %s",
		       why ? why : "unknown");
}

static la_ssize_t write_out(struct archive *archive, void *of, const void *data, size_t length)
{
	struct packing *p = of;

	(void)archive;
	if (write_all(p->out, data, length))
		fail("standard output", "write");
	if (p->wants_digest)
		digest_add(&p->digest, data, length);
	p->size += length;
	return (la_ssize_t)length;
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

static void add_contents(struct packing *p, const char *path, la_int64_t size, const char *name)
{
	CLOSED int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail_at(p, name, "open");
	while (size) {
		size_t most =
		        size < (la_int64_t)sizeof(p->buffer) ? (size_t)size : sizeof(p->buffer);
		ssize_t got = read(fd, p->buffer, most);

		if (got < 0)
			fail_at(p, name, "read");
		if (!got && !p->live)
			refuse(layer_object(p->root, name), "became shorter while it was read");
		if (!got) {
			/* libarchive fills up what an entry lacks. */
			complain_plainly(layer_object(p->root, name),
			                 "became shorter while it was read: filled up with zeros");
			return;
		}
		la_ssize_t put = archive_write_data(p->archive, p->buffer, (size_t)got);
		check(p, put < 0 ? (int)put : ARCHIVE_OK, name);
		size -= got;
	}
}

static struct archive_entry *new_entry(void)
{
	struct archive_entry *entry = archive_entry_new();

	if (!entry)
		fail(NULL, "memory");
	return entry;
}

static void add_whiteout(struct packing *p, const char *name, bool opaque)
{
	struct archive_entry *entry = new_entry();

	entry_describe_whiteout(entry, name, opaque);
	check(p, archive_write_header(p->archive, entry), name);
	archive_entry_free(entry);
}

/* `in`: what the directory is like that it is in */
static void add_one(struct packing *p, int dir, const char *base, const char *name,
                    enum opacity in);

static void add_directory(struct packing *p, int fd, const char *path, const char *name)
{
	struct list entries = directory_list(fd, layer_object(p->root, name));
	enum opacity opacity = p->upper ? opacity_of(path) : OPACITY_NONE;

	if (opacity == OPACITY_OPAQUE)
		add_whiteout(p, name, true);
	for (size_t i = 0; i < entries.count; i++) {
		FREED char *inside = xprintf("%s%s%s", name, *name ? "/" : "", entries.at[i]);

		add_one(p, fd, entries.at[i], inside, opacity);
	}
	list_free(&entries);
}

/* What no archive of a layer can have in it. True: it is left out, which was told. */
static bool left_out(const struct packing *p, const struct stat *st, const char *name)
{
	const char *object = layer_object(p->root, name);
	bool itself = st->st_dev == p->itself.st_dev && st->st_ino == p->itself.st_ino;

	if (!p->copies && layer_name_is_whiteout(name))
		refuse(object, "has a name by which a layer deletes files of the layers below");
	if (S_ISSOCK(st->st_mode))
		complain_plainly(object, "is a socket, which no archive can have: left out");
	else if (S_ISREG(st->st_mode) && itself)
		complain_plainly(object, "is the archive itself: left out");
	return S_ISSOCK(st->st_mode) || (S_ISREG(st->st_mode) && itself);
}

/*
 * All is asked of one descriptor, so that a file that is exchanged meanwhile cannot be mistaken for
 * another.
 */
static void add_opened(struct packing *p, int fd, const char *name, enum opacity in)
{
	char path[64];
	struct stat st;

	if (fstat(fd, &st))
		fail_at(p, name, "stat");
	if (left_out(p, &st, name))
		return;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (p->upper && is_whiteout(path, &st, in)) {
		add_whiteout(p, name, false);
		return;
	}
	struct archive_entry *entry = new_entry();
	entry_describe(entry, fd, &st, p->root, name);
	bool link = add_link(p, entry, &st, name);
	if (!link)
		entry_add_xattrs(entry, path, p->upper, p->root, name);
	check(p, archive_write_header(p->archive, entry), name);
	if (!link && S_ISREG(st.st_mode))
		add_contents(p, path, st.st_size, name);
	archive_entry_free(entry);
	if (S_ISDIR(st.st_mode) && (st.st_dev == p->device || (p->copies && keeps_files(fd))))
		add_directory(p, fd, path, name);
}

/* O_PATH: devices and fifos might do something when they are opened. */
static void add_one(struct packing *p, int dir, const char *base, const char *name, enum opacity in)
{
	CLOSED int fd = openat(dir, base, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		add_opened(p, fd, name, in);
	else if (errno == ENOENT && p->live)
		complain_plainly(layer_object(p->root, name), "has vanished: left out");
	else
		fail_at(p, name, "open");
}

void layer_pack(const struct layer_source *source, int out, struct layer_facts *facts)
{
	const char *path = source->path;
	struct packing *p = xalloc(sizeof(*p));
	struct stat st;

	if (fstat(out, &p->itself)) /* before anything else can get its number */
		fail("standard output", "stat");
	CLOSED int root =
	        source->name ? dup(source->fd) : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || fstat(root, &st))
		fail(path, "open");
	p->archive = archive_write_new();
	p->copies = source->name;
	p->root = p->copies ? NULL : path;
	p->upper = source->upper;
	p->live = source->live;
	p->wants_digest = facts;
	p->out = out;
	p->device = st.st_dev;
	digest_begin(&p->digest);
	if (!p->archive || archive_write_set_format_pax(p->archive) ||
	    archive_write_set_format_option(p->archive, "pax", "xattrheader", "SCHILY") ||
	    archive_write_set_bytes_per_block(p->archive, sizeof(p->buffer)) ||
	    archive_write_set_bytes_in_last_block(p->archive, 1) ||
	    archive_write_open(p->archive, p, NULL, write_out, NULL))
		refuse(path, "archive: %s", archive_error_string(p->archive));
	add_opened(p, root, source->name ? source->name : "", OPACITY_NONE);
	check(p, archive_write_close(p->archive), "");
	(void)archive_write_free(p->archive);
	links_free(p->links);
	if (facts) {
		*facts = (struct layer_facts){.size = p->size,
		                              .tar_size = p->size,
		                              .media_type =
		                                      "application/vnd.oci.image.layer.v1.tar"};
		digest_end(&p->digest, facts->digest);
		(void)strcpy(facts->diff_id, facts->digest);
	}
	free(p);
}
