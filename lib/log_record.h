/*
 * The format of a log, that of the CRI which kubelet and podman (k8s-file) read and write:
 *
 *     2026-11-25T15:03:47.123456789Z stdout F what was written\n
 *
 * F: the piece ends its line. P: it does not, and the newline is the record's alone. So every byte
 * can be had back; the text may hold any but the newline.
 */
#ifndef LOG_RECORD_H
#define LOG_RECORD_H

#include <stdbool.h>
#include <stddef.h>

enum log_stream { LOG_STDOUT, LOG_STDERR, LOG_STREAMS };

struct log_record {
	const char *time; /* RFC 3339, as it stands */
	size_t time_length;
	enum log_stream stream;
	bool whole; /* the line ends here */
	const char *text;
	size_t length;
};

/*
 * Take a line, without its newline, apart: pointers into it. Other writers' times and tags are
 * known as well. false: it is no record.
 */
bool log_record_parse(const char *line, size_t length, struct log_record *record);

enum { LOG_RECORD_LEAST = 128 }; /* bytes that are enough to parse all but the text */

/* What stands in front of the text in a record that is made here; [LOG_HEAD_TAG] is F or P. */
enum { LOG_HEAD = 40, LOG_HEAD_TAG = 38 };
void log_head(char head[LOG_HEAD + 1], enum log_stream stream); /* with the time that it is now */

/* May these bytes be the beginning of a record? */
bool log_head_begins(const char *bytes, size_t length);

#endif
