/*
 * Times of a log, in nanoseconds since the epoch.
 */
#ifndef LOG_TIME_H
#define LOG_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t log_now(void);

/* As RFC 3339 with nine digits behind the seconds, in UTC, such as 2026-11-25T15:03:47.000000001Z.
 */
enum { LOG_TIME_SIZE = sizeof("2026-11-25T15:03:47.000000001Z") };
const char *log_time_text(int64_t time, char text[LOG_TIME_SIZE]); /* returns text */

/*
 * RFC 3339, with any number of digits behind the seconds; or only a date, or without a zone, which
 * is in the local one then. What is too far off for 64 bits is the farthest that is not.
 */
bool log_time_parse(const char *text, size_t length, int64_t *time);

/*
 * What people give as a time: as above, or seconds since the epoch (`1500000000.25`), or how long
 * ago (`10m`, `1h30m`, `1.5s`).
 */
bool log_time_given(const char *text, int64_t *time);

#endif
