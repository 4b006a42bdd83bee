/*
 * A place in a log that stays the same when files are rotated: INODE:OFFSET, of the file that was
 * the newest then.
 */
#ifndef LOG_MARK_H
#define LOG_MARK_H

#include "log_files.h"
#include "log_tail.h"
#include <stdint.h>

struct log_mark {
	uint64_t inode; /* 0: of a log that was not there; all of it comes behind that */
	uint64_t at;
};

/* The end of the log at `path`, at this moment. fail()s. */
struct log_mark log_mark_end(const char *path);

/* false: the text is none. */
bool log_mark_parse(const char *text, struct log_mark *mark);

/* Where that is among the files. false: the file is gone, and *place the beginning of all. */
bool log_mark_find(const struct log_files *files, const struct log_mark *mark,
                   struct log_place *place);

#endif
