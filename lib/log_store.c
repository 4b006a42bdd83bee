/* Records into a file: see log_store.h. */
#define _GNU_SOURCE
#include "log_store.h"

#include "err.h"
#include "log_file.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct log_file file;
static struct log_limits limits;

/* Records that are to be written, each whole. Pages of their own, which can be given back. */
enum { LONGEST = 64 * 1024 /* record */, SIZE = 4 * LONGEST, NONE = SIZE };
static char buffer[SIZE] __attribute__((aligned(4096)));
static size_t used;
static size_t piece = NONE; /* where a last record begins whose line may go on in it, of */
static enum log_stream piece_stream;
static size_t note; /* so much of it, at its beginning, is a note of */
static uint64_t noted;

static uint64_t lost;      /* bytes that were dropped since the last note, */
static uint64_t lost_ever; /* and in all, */
static int lost_why;       /* for this errno */
static size_t torn;        /* so much of a record ends the file, and has to be cut off */

bool log_store_open(const char *path, const struct log_limits *within)
{
	limits = *within;
	log_file_open(&file, path);
	return file.made;
}

static void lose(uint64_t bytes, int why)
{
	lost += bytes;
	lost_ever += bytes;
	lost_why = why;
}

/* Records that are dropped, as bytes of who wrote them. */
static void lose_records(const char *at, const char *end, int why)
{
	while (at < end) {
		const char *next = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;

		lose((uint64_t)(next - at - LOG_HEAD) - (at[LOG_HEAD_TAG] == 'P'), why);
		at = next;
	}
}

/* Others may have made the file shorter meanwhile, so its size is asked for. */
static int cut_off_torn(void)
{
	struct stat st;

	if (!torn)
		return 0;
	if (fstat(file.fd, &st) ||
	    ftruncate(file.fd, st.st_size > (off_t)torn ? st.st_size - (off_t)torn : 0))
		return errno;
	torn = 0;
	return 0;
}

void log_store_flush(void)
{
	int why = cut_off_torn();
	size_t done = 0;

	while (!why && done < used) {
		ssize_t more = write(file.fd, buffer + done, used - done);

		if (more > 0)
			done += (size_t)more;
		else if (more == 0 || errno != EINTR)
			why = more ? errno : ENOSPC;
	}
	const char *newline = memrchr(buffer, '\n', done);
	size_t whole = newline ? (size_t)(newline - buffer) + 1 : 0;
	if (whole < done) {
		torn = done - whole;
		(void)cut_off_torn(); /* or later */
	}
	if (whole >= note)
		lost -= noted;
	lose_records(buffer + (whole > note ? whole : note), buffer + used, why);
	file.size += whole;
	used = note = noted = 0;
	piece = NONE;
}

/*
 * Copy up to the end of the line, or of all there is. Returns how many bytes that were. Most of the
 * time of a busy log is spent here: one pass in steps of 16 takes half as long as memchr(3) and
 * memcpy(3) one after the other.
 */
static size_t copy_line(char *to, const char *from, size_t length)
{
	typedef char step __attribute__((vector_size(16), aligned(1), may_alias));
	size_t at = 0;

	for (; at + sizeof(step) <= length; at += sizeof(step)) {
		step bytes = *(const step *)(from + at);
		union {
			step of[1];
			uint64_t half[2];
		} newlines = {{bytes == '\n'}};

		*(step *)(to + at) = bytes;
		if (newlines.half[0] | newlines.half[1])
			break;
	}
	while (at < length)
		if ((to[at] = from[at]), to[at++] == '\n')
			break;
	return at;
}

static size_t longest(void)
{
	return limits.max_size && limits.max_size < LONGEST ? limits.max_size : LONGEST;
}

/* With so many more bytes behind what the buffer has, would the file be too large? */
static bool is_full(size_t more)
{
	return limits.max_size && file.size + used && file.size + used + more > limits.max_size;
}

/* Into a new file, if there is no room in this one. 0, or an errno. */
static int make_room(size_t more)
{
	if (!is_full(more))
		return 0;
	log_store_flush();
	return is_full(more) && log_file_rotate(&file, (unsigned int)limits.max_files) ? errno : 0;
}

/*
 * One record of what of these bytes is in the first line, or what came before of that line is made
 * longer. Returns how many of them were taken.
 */
static size_t add_record(const char *head, enum log_stream stream, const char *bytes, size_t length)
{
	size_t start = piece, text = used - 1; /* over the newline of the piece */

	if (piece == NONE || piece_stream != stream || text - start >= longest() - 1) {
		if (used + LONGEST > SIZE)
			log_store_flush();
		start = used;
		text = start + LOG_HEAD;
		memcpy(buffer + start, head, LOG_HEAD);
	}
	size_t before = text - start - LOG_HEAD, most = longest() - 1 - (text - start);
	size_t copied = copy_line(buffer + text, bytes, length < most ? length : most);
	size_t end = text + copied;
	bool whole = buffer[end - 1] == '\n';

	buffer[start + LOG_HEAD_TAG] = whole ? 'F' : 'P';
	if (!whole)
		buffer[end++] = '\n';
	used = start;
	int why = make_room(end - start);
	if (why) {
		lose(before + copied, why);
		return copied;
	}
	if (used < start)
		memmove(buffer + used, buffer + start, end - start);
	piece = whole ? NONE : used;
	piece_stream = stream;
	used += end - start;
	return copied;
}

static void add_note(void)
{
	char head[LOG_HEAD + 1], text[200];
	uint64_t before;

	log_store_flush(); /* a note is the first in the buffer */
	before = lost;
	int length = snprintf(text, sizeof(text), "ctr-log: lost %" PRIu64 " bytes: %s\n", lost,
	                      strerror(lost_why));
	if (make_room(LOG_HEAD + (size_t)length))
		return;
	log_head(head, LOG_STDERR);
	(void)add_record(head, LOG_STDERR, text, (size_t)length);
	note = used;
	noted = before;
}

void log_store_add(enum log_stream stream, const char *bytes, size_t length)
{
	char head[LOG_HEAD + 1];

	log_head(head, stream);
	for (;;) {
		/* The note is where the hole is, also when that is in the midst of these. */
		if (lost && !noted)
			add_note();
		if (!length)
			return;
		size_t done = add_record(head, stream, bytes, length);

		bytes += done;
		length -= done;
	}
}

bool log_store_has_lost(void)
{
	return lost > 0;
}

void log_store_rest(void)
{
	(void)madvise(buffer, sizeof(buffer), MADV_DONTNEED);
}

uint64_t log_store_close(int *why)
{
	log_store_flush();
	if (lost)
		log_store_add(LOG_STDOUT, NULL, 0);
	log_store_flush();
	*why = lost_why;
	(void)close(file.fd); /* all was written to it that can be */
	return lost_ever;
}
