/* Records on stdout and stderr: see log_show.h. */
#define _GNU_SOURCE
#include "log_show.h"

#include "err.h"
#include "io.h"
#include "log_time.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

enum { LONGEST = 16 * 1024 * 1024 }; /* of a line in one object of JSON */

/* A line of which pieces have come. */
static struct line {
	bool begun;
	bool hidden; /* by its time */
	/* For JSON, which has whole lines, as it cannot tell of half a character: */
	bool kept;
	char *text;
	size_t length, room;
	char time[64];
} lines[LOG_STREAMS];

/* One buffer for both, so that they come in the order that they have in the log. */
static char buffer[64 * 1024];
static size_t used;
static int buffer_fd = STDOUT_FILENO;

static void write_out(const char *bytes, size_t length)
{
	if (write_all(buffer_fd, bytes, length))
		fail(buffer_fd == STDOUT_FILENO ? "standard output" : "standard error", "write");
}

static void put(int fd, const char *bytes, size_t length)
{
	if (fd != buffer_fd || used + length > sizeof(buffer)) {
		write_out(buffer, used);
		used = 0;
		buffer_fd = fd;
	}
	if (length > sizeof(buffer)) {
		write_out(bytes, length);
		return;
	}
	memcpy(buffer + used, bytes, length);
	used += length;
}

static void put_bytes(const struct log_view *view, const struct log_record *record, bool begins)
{
	int fd = view->merge || record->stream == LOG_STDOUT ? STDOUT_FILENO : STDERR_FILENO;

	if (begins && view->timestamps) {
		put(fd, record->time, record->time_length);
		put(fd, " ", 1);
	}
	put(fd, record->text, record->length);
	if (record->whole)
		put(fd, "\n", 1);
}

static void print_json(struct line *line, enum log_stream stream, bool whole)
{
	printf("{\"time\":");
	text_json(line->time);
	printf(",\"stream\":\"%s\",\"partial\":%s,\"text\":",
	       stream == LOG_STDOUT ? "stdout" : "stderr", whole ? "false" : "true");
	text_json_bytes(line->text, line->length);
	printf("}\n");
	line->length = 0;
	line->kept = false;
}

static void add_json(struct line *line, const struct log_record *record)
{
	if (line->length && line->length + record->length > LONGEST)
		print_json(line, record->stream, false);
	if (!line->kept)
		(void)snprintf(line->time, sizeof(line->time), "%.*s", (int)record->time_length,
		               record->time);
	if (line->length + record->length >= line->room) {
		line->room = 2 * (line->length + record->length) + 64;
		line->text = xrealloc(line->text, line->room);
	}
	line->kept = true;
	memcpy(line->text + line->length, record->text, record->length);
	line->length += record->length;
	if (record->whole)
		print_json(line, record->stream, true);
}

static bool is_outside(const struct log_view *view, const struct log_record *record)
{
	int64_t time;

	if (view->since == INT64_MIN && view->until == INT64_MAX)
		return false;
	return !log_time_parse(record->time, record->time_length, &time) || time < view->since ||
	       time > view->until;
}

void log_show(const struct log_view *view, const struct log_record *record)
{
	struct line *line = &lines[record->stream];
	bool begins = !line->begun;

	if (begins)
		line->hidden = is_outside(view, record);
	line->begun = !record->whole;
	if (line->hidden)
		return;
	if (view->json)
		add_json(line, record);
	else
		put_bytes(view, record, begins);
}

void log_show_flush(bool end)
{
	for (int i = 0; end && i < LOG_STREAMS; i++)
		if (lines[i].kept)
			print_json(&lines[i], (enum log_stream)i, false);
	write_out(buffer, used);
	used = 0;
	if (fflush(stdout) || ferror(stdout))
		fail("standard output", "write");
}
