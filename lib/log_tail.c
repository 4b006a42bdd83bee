/* The last lines of a log: see log_tail.h. */
#define _GNU_SOURCE
#include "log_tail.h"

#include "err.h"
#include "log_file.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024 };

struct search {
	uint64_t missing; /* lines that are still to be found */
	struct log_place *from;
	bool seen[LOG_STREAMS]; /* any record */
	bool open[LOG_STREAMS]; /* of a line that was found more pieces may come */
	bool done;
};

/* The records come one by one, the last one first. */
static void take(struct search *s, const char *line, size_t length, struct log_place place)
{
	struct log_record record;

	if (!log_record_parse(line, length, &record))
		return;
	bool ends = record.whole || !s->seen[record.stream];
	s->seen[record.stream] = true;
	if (ends) {
		s->open[record.stream] = s->missing > 0;
		s->missing -= s->missing > 0;
	}
	if (s->open[record.stream])
		s->from[record.stream] = place;
	/* What ended before the first of these lines is on the other side of the border. */
	s->done = !s->missing && !s->open[LOG_STDOUT] && !s->open[LOG_STDERR];
}

static size_t least(off_t a, off_t b)
{
	return (size_t)(a < b ? a : b);
}

/* The records of one file, up to `end`, which is behind a newline. */
static void search_part(struct search *s, const struct log_files *files, size_t part, off_t end)
{
	/* Behind the block, what it takes to know a record whose line begins at its very end. */
	static char block[BLOCK + LOG_RECORD_LEAST];
	off_t from, to = end - 1, begin;

	if (end == 0)
		return;
	do {
		from = to - (off_t)least(to, BLOCK);
		size_t length = (size_t)(to - from);
		ssize_t got = pread(files->parts[part].fd, block,
		                    least(end - from, (off_t)sizeof(block)), from);
		if (got < (ssize_t)length)
			fail(files->path, "read");
		for (const char *newline; !s->done && (newline = memrchr(block, '\n', length));) {
			length = (size_t)(newline - block);
			begin = from + (off_t)length + 1;
			take(s, newline + 1, least(end - 1 - begin, LOG_RECORD_LEAST),
			     (struct log_place){part, begin});
			end = begin;
		}
		to = from;
	} while (to > 0 && !s->done);
	if (!s->done)
		take(s, block, least(end - 1, LOG_RECORD_LEAST), (struct log_place){part, 0});
}

void log_tail(const struct log_files *files, uint64_t lines, struct log_place from[LOG_STREAMS])
{
	struct search s = {.missing = lines, .from = from, .done = lines == 0};
	struct stat st;

	for (size_t part = files->count; part-- > 0 && (!s.done || part + 1 == files->count);) {
		int fd = files->parts[part].fd;
		off_t end = fstat(fd, &st) ? -1 : log_file_whole(fd, st.st_size);

		if (end < 0)
			fail(files->path, "read");
		if (part + 1 == files->count) /* from here on, what is written later */
			from[LOG_STDOUT] = from[LOG_STDERR] = (struct log_place){part, end};
		if (!s.done)
			search_part(&s, files, part, end);
	}
}
