/*
 * A process in the background that writes a log.
 */
#ifndef LOG_WRITER_H
#define LOG_WRITER_H

#include "log_record.h"
#include "log_store.h"

/* What it reads: two streams, or one whose descriptor comes through a socket. */
struct log_source {
	int streams[LOG_STREAMS]; /* with `console` none of these */
	int console; /* a socket through which a terminal's master comes, fd_pass.h; -1: none */
	bool tee;    /* the streams go to the caller's stdout and stderr as well */
};

/*
 * Fork a process that is nobody's child, in a session of its own, with nothing open but the log and
 * the source; its descriptor 3 is what it reads as stdout. It ends with the source. Of the
 * descriptors in `source` all are from LOG_WRITER_LEAST up; they stay the caller's. Returns, once
 * the log can be written, whether its file was made. fail()s.
 */
enum { LOG_WRITER_LEAST = 10 };
bool log_writer_start(const char *path, const struct log_limits *limits,
                      const struct log_source *source);

#endif
