/* A layer's bytes, read, decompressed and digested by a thread: see layer_stream.h. */
#define _GNU_SOURCE
#include "layer_stream.h"

#include "err.h"
#include "io.h"
#include "layer_expand.h"
#include "layer_pieces.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>

struct stream {
	int fd, blob;
	const char *name, *blob_name;
	pthread_t thread;
	struct pieces pieces;

	/* What failed in the thread. Read when there are no more pieces. */
	const char *error_object, *error;
	int error_number; /* 0: the text says all */

	/* The thread's own, up to the end */
	uint8_t *in;
	size_t in_length; /* of the first bytes, which were looked at; 0 afterwards */
	bool kept;        /* the blob is what was read, else what came out of that */
	struct digest in_digest, out_digest;
	uint64_t in_size, out_size, zeros;
	const char *media_type;
};

int stream_error(struct stream *s, const char *object, const char *error, int number)
{
	if (!s->error)
		s->error_object = object, s->error = error, s->error_number = number;
	return -1;
}

const char *stream_name(const struct stream *s)
{
	return s->name;
}

static int write_blob(struct stream *s, const void *data, size_t length)
{
	if (s->blob >= 0 && write_all(s->blob, data, length))
		return stream_error(s, s->blob_name, "write", errno);
	return 0;
}

static ssize_t read_full(int fd, uint8_t *data, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t got = read(fd, data + length, size - length);

		if (got < 0 && errno != EINTR)
			return -1;
		if (got == 0)
			break;
		if (got > 0)
			length += (size_t)got;
	}
	return (ssize_t)length;
}

ssize_t stream_fetch(struct stream *s, const void **data)
{
	ssize_t got = (ssize_t)s->in_length;

	s->in_length = 0;
	*data = s->in;
	if (!got)
		got = read_full(s->fd, s->in, PIECE);
	if (got < 0)
		return stream_error(s, s->name, "read", errno);
	__atomic_add_fetch(&s->in_size, (uint64_t)got, __ATOMIC_RELAXED);
	if (s->kept && got) {
		digest_add(&s->in_digest, s->in, (size_t)got);
		if (write_blob(s, s->in, (size_t)got))
			return -1;
	}
	return got;
}

static void count_zeros(struct stream *s, const uint8_t *data, size_t length)
{
	size_t zeros = 0;

	while (zeros < length && !data[length - 1 - zeros])
		zeros++;
	s->zeros = zeros == length ? s->zeros + zeros : zeros;
}

/* Bytes of the archive that are about to go to the reader. */
static int account(struct stream *s, const void *data, size_t length)
{
	digest_add(&s->out_digest, data, length);
	count_zeros(s, data, length);
	s->out_size += length;
	return s->kept ? 0 : write_blob(s, data, length);
}

int stream_emit(struct stream *s, const void *data, size_t length)
{
	if (account(s, data, length))
		return -1;
	while (length) {
		size_t part = length < PIECE ? length : PIECE;

		memcpy(*pieces_room(&s->pieces), data, part);
		pieces_give(&s->pieces, part);
		data = (const uint8_t *)data + part;
		length -= part;
	}
	return 0;
}

int stream_pass(struct stream *s, size_t length)
{
	if (account(s, s->in, length))
		return -1;
	uint8_t **room = pieces_room(&s->pieces), *other = *room;

	*room = s->in;
	s->in = other;
	pieces_give(&s->pieces, length);
	return 0;
}

static void expand(struct stream *s)
{
	ssize_t got = read_full(s->fd, s->in, PIECE);

	if (got <= 0) {
		(void)stream_error(s, s->name, got ? "read" : "is empty", got ? errno : 0);
		return;
	}
	s->in_length = (size_t)got;
	const struct expander *by = expander_for(s->in, s->in_length);
	s->media_type = by->media_type;
	s->kept = by->compressed && by->kept;
	(void)by->expand(s, by); /* has noted what failed */
}

static void *run(void *of)
{
	struct stream *s = of;

	expand(s);
	pieces_end(&s->pieces);
	return NULL;
}

struct stream *stream_open(int fd, const char *name, int blob, const char *blob_name)
{
	struct stream *s = xalloc(sizeof(*s));

	*s = (struct stream){.fd = fd, .name = name, .blob = blob, .blob_name = blob_name};
	s->in = xalloc(PIECE);
	pieces_begin(&s->pieces);
	digest_begin(&s->in_digest);
	digest_begin(&s->out_digest);
	errno = pthread_create(&s->thread, NULL, run, s);
	if (errno)
		fail(name, "thread");
	return s;
}

size_t stream_read(struct stream *s, const void **data)
{
	size_t length = pieces_take(&s->pieces, data);

	if (length || !s->error)
		return length;
	errno = s->error_number;
	if (s->error_number)
		fail(s->error_object, "%s", s->error);
	refuse(s->error_object, "%s", s->error);
}

uint64_t stream_finish(struct stream *s, struct layer_facts *facts)
{
	uint64_t zeros = s->zeros;

	(void)pthread_join(s->thread, NULL);
	digest_end(&s->out_digest, facts->diff_id);
	facts->tar_size = facts->size = s->out_size;
	(void)strcpy(facts->digest, facts->diff_id);
	if (s->kept) {
		digest_end(&s->in_digest, facts->digest);
		facts->size = s->in_size;
	}
	facts->media_type = s->media_type;
	pieces_free(&s->pieces);
	free(s->in);
	free(s);
	return zeros;
}

uint64_t stream_position(struct stream *s)
{
	return __atomic_load_n(&s->in_size, __ATOMIC_RELAXED);
}
