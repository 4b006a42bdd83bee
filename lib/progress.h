/*
 * How far long work has got: one line on stderr, written over and over, where that is a terminal.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool on;
	uint64_t total;      /* bytes; 0: nobody knows */
	int64_t began, last; /* milliseconds */
};

/* wanted: by who is at the terminal. */
void progress_begin(struct progress *progress, bool wanted, uint64_t total);

/* So many bytes are done. What there was no time to read is not printed. */
void progress_show(struct progress *progress, uint64_t done);

/* Leave no trace on the terminal. */
void progress_end(const struct progress *progress);

#endif
