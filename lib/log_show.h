/*
 * Records on stdout and stderr: the bytes that were logged, or as text with times, or as JSON.
 */
#ifndef LOG_SHOW_H
#define LOG_SHOW_H

#include "log_record.h"
#include <stdbool.h>
#include <stdint.h>

struct log_view {
	bool timestamps;      /* in front of each line */
	bool merge;           /* both streams on stdout */
	bool json;            /* an object a line, on stdout */
	int64_t since, until; /* in nanoseconds; lines that began earlier or later are left out */
};

/* The next one. fail()s, also when what was shown before could not be written. */
void log_show(const struct log_view *view, const struct log_record *record);

/* Have it all written that was shown. `end`: no more comes, also of lines that have not ended. */
void log_show_flush(bool end);

#endif
