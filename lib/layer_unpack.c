/* The entries of an archive: see layer_unpack.h. */
#define _GNU_SOURCE
#include "layer_unpack.h"

#include "err.h"
#include "io.h"
#include "landing.h"
#include "layer_make.h"
#include <string.h>

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

static la_ssize_t read_stream(struct archive *archive, void *stream, const void **data)
{
	(void)archive;
	return (la_ssize_t)stream_read(stream, data);
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
	struct making m = {.archive = archive_read_new(), .tree = tree};
	const void *data;
	int result = ARCHIVE_FATAL;

	if (!m.archive)
		fail(NULL, "memory");
	if (!archive_read_support_format_tar(m.archive) &&
	    !archive_read_open(m.archive, stream, NULL, read_stream, NULL))
		while ((result = archive_read_next_header(m.archive, &m.entry)) == ARCHIVE_OK ||
		       (result == ARCHIVE_WARN && is_harmless(m.archive))) {
			unpack_entry(&m);
			counts->entries++;
			tick(stream);
		}
	if (result != ARCHIVE_EOF)
		refuse(stream_name(stream), "not a tar archive, or a damaged one: %s",
		       making_error(&m));
	counts->content = m.content;
	counts->end = (uint64_t)archive_read_header_position(m.archive);
	while (stream_read(stream, &data)) {
	} /* to the end, for it counts in the digest */
	(void)archive_read_free(m.archive);
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
