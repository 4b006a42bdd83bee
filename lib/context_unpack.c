/* An archive of a context, unpacked: see context_copy.h. */
#define _GNU_SOURCE
#include "context_copy.h"

#include "err.h"
#include "inside.h"
#include "io.h"
#include "landing.h"
#include "layer_name.h"
#include "layer_unpack.h"
#include <archive.h>
#include <errno.h>

/* By its first entry, whatever it is called; an empty archive is a file like any other. */
static bool is_archive(int fd)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *first;

	if (!archive)
		fail(NULL, "memory");
	/* libarchive warns of a filter that it calls a program for: those are there in Debian. */
	bool is = archive_read_support_format_tar(archive) == ARCHIVE_OK &&
	          archive_read_support_filter_gzip(archive) == ARCHIVE_OK &&
	          archive_read_support_filter_bzip2(archive) == ARCHIVE_OK &&
	          archive_read_support_filter_xz(archive) == ARCHIVE_OK &&
	          archive_read_support_filter_zstd(archive) == ARCHIVE_OK &&
	          archive_read_open_fd(archive, fd, 64 << 10) == ARCHIVE_OK &&
	          archive_read_next_header(archive, &first) >= ARCHIVE_WARN &&
	          archive_format(archive) & ARCHIVE_FORMAT_TAR;
	(void)archive_read_free(archive);
	return is;
}

static void tick(struct stream *stream)
{
	(void)stream;
}

bool context_unpack(const struct context_entry *entry, const struct copy_to *to)
{
	struct tree tree;
	struct layer_facts facts;
	struct layer_counts counts = {0};
	struct landing landing = {.root = to->root, .path = to->path, .into = true};

	bool is = is_archive(entry->fd);
	if (lseek(entry->fd, 0, SEEK_SET) < 0)
		fail(layer_object(NULL, entry->object), "read");
	if (!is)
		return false;
	CLOSED int made = inside_make(to->path, true);
	if (made < 0)
		fail(to->path, "make the directory");
	FREED char *name = xstrdup(layer_object(NULL, entry->object));
	landing_open(&landing, &tree);
	struct stream *stream = stream_open(entry->fd, name, -1, NULL);
	layer_unpack(stream, &tree, &counts, tick);
	uint64_t zeros = stream_finish(stream, &facts);
	layer_check_end(name, &counts, facts.tar_size, zeros);
	tree_finish(&tree);
	return true;
}
