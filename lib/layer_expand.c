/* Decompression of layers: see layer_expand.h. */
#define _GNU_SOURCE
#include "layer_expand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static int damaged(struct stream *s, const char *why)
{
	return stream_error(s, stream_name(s), why, 0);
}

/* To the end of what is read: it may be filled up with zeros, as tapes and disks are. */
static int nothing_but_zeros(struct stream *s, const unsigned char *data, size_t length)
{
	ssize_t got = (ssize_t)length;

	do {
		for (ssize_t i = 0; i < got; i++)
			if (data[i])
				return damaged(
				        s, "there is something else behind the compressed data");
		got = stream_fetch(s, (const void **)&data);
	} while (got > 0);
	return (int)got;
}

static int expand_plain(struct stream *s, const struct expander *by)
{
	const void *data;
	ssize_t got;

	(void)by;
	while ((got = stream_fetch(s, &data)) > 0)
		if (stream_pass(s, (size_t)got))
			return -1;
	return (int)got;
}

/* One or several gzip members, one behind the other. 1: there is more to fetch. */
static int inflate_piece(struct stream *s, z_stream *z, unsigned char *out, size_t size,
                         bool *inside)
{
	while (z->avail_in) {
		if (!*inside && (*z->next_in != 0x1f || inflateReset(z) != Z_OK))
			return nothing_but_zeros(s, z->next_in, z->avail_in);
		*inside = true;
		int result;
		do {
			z->next_out = out;
			z->avail_out = (uInt)size;
			result = inflate(z, Z_NO_FLUSH);
			if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
				return damaged(s, "the compressed data (gzip) is damaged");
			if (size > z->avail_out && stream_emit(s, out, size - z->avail_out))
				return -1;
		} while (result == Z_OK && z->avail_out == 0);
		*inside = result != Z_STREAM_END;
	}
	return 1;
}

/* By zlib itself: libarchive does not compare the checksum at the end. */
static int expand_gzip(struct stream *s, const struct expander *by)
{
	static unsigned char out[128 * 1024];
	z_stream z = {0};
	bool inside = true;
	const void *data;
	ssize_t got;
	int result = 1;

	(void)by;
	if (inflateInit2(&z, 15 + 16) != Z_OK)
		return stream_error(s, stream_name(s), "memory", ENOMEM);
	while (result > 0 && (got = stream_fetch(s, &data)) != 0) {
		z.next_in = (z_const Bytef *)data;
		z.avail_in = (uInt)got;
		result = got < 0 ? -1 : inflate_piece(s, &z, out, sizeof(out), &inside);
	}
	(void)inflateEnd(&z);
	if (result > 0 && inside)
		return damaged(s, "the compressed data (gzip) is cut off");
	return result < 0 ? -1 : 0;
}

struct feed {
	struct stream *stream;
	uint64_t given;
};

static la_ssize_t feed(struct archive *archive, void *of, const void **data)
{
	struct feed *f = of;
	ssize_t got = stream_fetch(f->stream, data);

	if (got < 0)
		archive_set_error(archive, EIO, "read"); /* noted already, as the first error */
	else
		f->given += (uint64_t)got;
	return got < 0 ? ARCHIVE_FATAL : got;
}

static int not_expanded(struct stream *s, struct archive *archive)
{
	char *text = NULL;
	const char *why = archive_error_string(archive);

	if (asprintf(&text, "the compressed data is damaged or cut off: %s",
	             why ? why : "unknown") < 0)
		text = NULL;
	return damaged(s, text ? text : "the compressed data is damaged"); /* kept */
}

static int expand_by_filter(struct stream *s, const struct expander *by)
{
	struct feed f = {s, 0};
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	const void *data;
	size_t length;
	la_int64_t offset;
	int result = ARCHIVE_FATAL;

	if (!archive)
		return stream_error(s, stream_name(s), "memory", ENOMEM);
	if (by->filter(archive) != ARCHIVE_OK || archive_read_support_format_raw(archive) ||
	    archive_read_open(archive, &f, NULL, feed, NULL) ||
	    archive_read_next_header(archive, &entry))
		goto out;
	while ((result = archive_read_data_block(archive, &data, &length, &offset)) == ARCHIVE_OK)
		if (stream_emit(s, data, length))
			break;
	if (result == ARCHIVE_EOF) {
		/* What it was given and did not take is not part of it. */
		result = nothing_but_zeros(s, NULL, 0);
		if (result == 0 && (uint64_t)archive_filter_bytes(archive, -1) != f.given)
			result = damaged(s, "there is something else behind the compressed data");
	}
out:
	if (result)
		result = not_expanded(s, archive); /* an error that was noted before stays */
	(void)archive_read_free(archive);
	return result;
}

#define TAR "application/vnd.oci.image.layer.v1.tar"

static const struct expander expanders[] = {
        {"\x1f\x8b",         2, true,  true,  TAR "+gzip", expand_gzip,      NULL                             },
        {"\x28\xb5\x2f\xfd", 4, true,  true,  TAR "+zstd", expand_by_filter,
         archive_read_support_filter_zstd                                                                     },
        {"\xfd"
         "7zXZ",    6, true,  false, TAR,         expand_by_filter, archive_read_support_filter_xz   },
        {"BZh",              3, true,  false, TAR,         expand_by_filter, archive_read_support_filter_bzip2},
        {"",                 0, false, false, TAR,         expand_plain,     NULL                             },
};

const struct expander *expander_for(const void *data, size_t length)
{
	const struct expander *by = expanders;

	while (by->length > length || memcmp(data, by->magic, by->length) != 0)
		by++;
	return by;
}
