/*
 * Where the last lines of a log begin.
 */
#ifndef LOG_TAIL_H
#define LOG_TAIL_H

#include "log_files.h"
#include "log_record.h"
#include <stdint.h>

struct log_place {
	size_t part;
	off_t at;
};

/*
 * Of each stream the place from where on its records belong to the last `lines` lines of both.
 * Reads backwards, and no more than it takes to find that. A line counts where it ends; one that
 * has not ended yet counts as well. fail()s.
 */
void log_tail(const struct log_files *files, uint64_t lines, struct log_place from[LOG_STREAMS]);

#endif
