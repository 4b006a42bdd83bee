/* The entries of an archive: see layer_unpack.h. */
#define _GNU_SOURCE
#include "layer_unpack.h"

#include "err.h"
#include "io.h"
#include "landing.h"
#include "layer_make.h"
#include <string.h>

/*
 * Of the headers of one entry, with the map of a sparse file: libarchive keeps that, in twelve
 * times as many bytes, and it may come out of next to nothing.
 */
enum { MOST_HEADERS = 32 << 20 };

struct unpacking {
	struct making making;
	struct stream *stream;
	struct layer_counts *counts;
	uint64_t passed;  /* bytes of the archive */
	uint64_t headers; /* where the headers of the next entry begin; 0: those are read */
	void (*tick)(struct stream *stream);
};

static void check_limit(const struct unpacking *u)
{
	const struct tree *tree = u->making.tree;
	const struct layer_amount amount = {
	        .read = stream_position(u->stream),
	        .archive = u->passed,
	        .content = u->making.content,
	        .files = u->counts->entries + tree->parents_made,
	};

	layer_limit_check(tree->limit, &amount, stream_name(u->stream));
}

static void unpack_entry(struct making *m)
{
	const char *name = archive_entry_pathname(m->entry);

	if (!name)
		refuse(m->tree->path, "an entry has no name");
	FREED char *copy = xstrdup(name);
	FREED char *landed = NULL;
	m->name = layer_name(copy);
	if (m->tree->landing)
		m->name = landed = landing_name(m->tree, m->entry, m->name);
	layer_make(m);
}

/* All that passes is looked at, also what is behind the last entry. */
static size_t read_more(struct unpacking *u, const void **data)
{
	size_t length = stream_read(u->stream, data);

	u->passed += length;
	check_limit(u);
	if (u->headers && u->passed - u->headers > MOST_HEADERS)
		refuse(stream_name(u->stream), "the headers of an entry take more than %d MiB",
		       MOST_HEADERS >> 20);
	u->tick(u->stream);
	return length;
}

static la_ssize_t read_stream(struct archive *archive, void *unpacking, const void **data)
{
	(void)archive;
	return (la_ssize_t)read_more(unpacking, data);
}

/* As archive_read_next_header(3), which would also skip the contents of the entry before. */
static int next_header(struct unpacking *u)
{
	struct making *m = &u->making;

	if (m->entry)
		(void)archive_read_data_skip(m->archive); /* if not, the next header fails, too */
	u->headers = u->passed ? u->passed : 1;
	int result = archive_read_next_header(m->archive, &m->entry);
	u->headers = 0;
	return result;
}

/*
 * The only warning that is: a name that could not be translated for the user, which the tree gets
 * byte for byte.
 */
static bool is_harmless(struct archive *archive)
{
	const char *text = archive_error_string(archive);

	return text && strstr(text, "can't be converted from");
}

void layer_unpack(struct stream *stream, struct tree *tree, struct layer_counts *counts,
                  void (*tick)(struct stream *stream))
{
	struct unpacking u = {
	        .making = {.archive = archive_read_new(), .tree = tree},
	        .stream = stream,
	        .counts = counts,
	        .tick = tick,
	};
	struct making *m = &u.making;
	const void *data;
	int result = ARCHIVE_FATAL;

	if (!m->archive)
		fail(NULL, "memory");
	if (!archive_read_support_format_tar(m->archive) &&
	    !archive_read_open(m->archive, &u, NULL, read_stream, NULL))
		while ((result = next_header(&u)) == ARCHIVE_OK ||
		       (result == ARCHIVE_WARN && is_harmless(m->archive))) {
			unpack_entry(m);
			counts->entries++;
			check_limit(&u);
		}
	if (result != ARCHIVE_EOF)
		refuse(stream_name(stream), "not a tar archive, or a damaged one: %s",
		       making_error(m));
	counts->content = m->content;
	counts->implied = tree->parents_made;
	counts->end = (uint64_t)archive_read_header_position(m->archive);
	while (read_more(&u, &data)) {
	} /* to the end, for it counts in the digest */
	(void)archive_read_free(m->archive);
}

/* An archive may have been cut off between two entries, or have something else behind its end. */
void layer_check_end(const char *name, const struct layer_counts *counts, uint64_t size,
                     uint64_t zeros)
{
	/* Two zero blocks mark the end; some programs write only one. */
	if (size < counts->end + 512)
		refuse(name, "the archive is cut off: it has no end mark");
	if (zeros < size - counts->end)
		refuse(name, "there is something else behind the end of the archive");
}
