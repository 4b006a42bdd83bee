/*
 * A log, read from one end to the other, and on while it is written.
 */
#ifndef LOG_READ_H
#define LOG_READ_H

#include "log_mark.h"
#include "log_show.h"

struct log_reading {
	struct log_view view;
	bool all; /* or else only so many lines, the last: */
	uint64_t tail;
	const struct log_mark *from; /* only what came behind that; NULL: no matter */
	bool follow; /* wait for more as long as somebody writes the log, until view.until at most
	              */
};

/*
 * Show it. false: some of it is missing or was not understood, which was said. fail()s when there
 * is no such log.
 */
bool log_read(const char *path, const struct log_reading *how);

#endif
