/*
 * What comes in is put into a log: stamped, in records, in a file that is rotated.
 *
 * Nothing here ever waits for a disk to have room again, or ends: what cannot be stored is dropped
 * and counted, and a note in the log tells of it once that is possible. There is one log a process.
 */
#ifndef LOG_STORE_H
#define LOG_STORE_H

#include "log_record.h"
#include <stdbool.h>
#include <stdint.h>

struct log_limits {
	uint64_t max_size;  /* of a file, in bytes; 0: never rotate */
	uint64_t max_files; /* that there are at most, the newest included */
};
enum { LOG_LEAST_SIZE = 1024 }; /* of max_size */

/* fail()s. Returns whether the file was made, rather than there before. */
bool log_store_open(const char *path, const struct log_limits *limits);

/* Put these bytes into the log, as read at this moment. With none, only what there is to note. */
void log_store_add(enum log_stream stream, const char *bytes, size_t length);

/* Have it all in the file, or lost. */
void log_store_flush(void);

/* Is there something to note still, once all was flushed? */
bool log_store_has_lost(void);

/* Nothing came for a while: give back the memory that it takes to be quick. */
void log_store_rest(void);

/* Returns how many bytes were lost in all. *why: the errno of the last ones. */
uint64_t log_store_close(int *why);

#endif
