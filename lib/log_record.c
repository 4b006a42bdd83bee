/* Records of a log: see log_record.h. */
#define _GNU_SOURCE
#include "log_record.h"

#include "log_time.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool log_record_parse(const char *line, size_t length, struct log_record *record)
{
	static const char streams[LOG_STREAMS][9] = {" stdout ", " stderr "};
	const size_t stream_length = sizeof(streams[0]) - 1;
	const char *end = line + length, *stream = memchr(line, ' ', length), *space;

	if (!stream || (size_t)(end - stream) <= stream_length || !isdigit((unsigned char)*line))
		return false;
	record->time = line;
	record->time_length = (size_t)(stream - line);
	for (record->stream = LOG_STDOUT; memcmp(stream, streams[record->stream], stream_length);)
		if (++record->stream == LOG_STREAMS)
			return false;

	/* Behind the first tag others may stand, with colons between them. */
	const char *tag = stream + stream_length;
	if (*tag != 'F' && *tag != 'P')
		return false;
	record->whole = *tag == 'F';
	space = memchr(tag, ' ', (size_t)(end - tag));
	if (!space || (space > tag + 1 && tag[1] != ':'))
		return false;
	record->text = space + 1;
	record->length = (size_t)(end - record->text);
	return true;
}

void log_head(char head[LOG_HEAD + 1], enum log_stream stream)
{
	char time[LOG_TIME_SIZE];

	(void)snprintf(head, LOG_HEAD + 1, "%s std%s F ", log_time_text(log_now(), time),
	               stream == LOG_STDERR ? "err" : "out");
}

bool log_head_begins(const char *bytes, size_t length)
{
	static const char like[] = "0000-00-00T00:00:00.";

	for (size_t i = 0; i < length && like[i]; i++)
		if (like[i] == '0' ? !isdigit((unsigned char)bytes[i]) : bytes[i] != like[i])
			return false;
	return true;
}
