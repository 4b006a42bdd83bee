/*
 * Streams into the log that log_store_open() has opened.
 */
#ifndef LOG_PUMP_H
#define LOG_PUMP_H

#include "log_record.h"
#include <stdbool.h>

/*
 * From now on nothing that a terminal or a shutdown sends ends this process, since who writes to it
 * would be killed by that: it ends when its streams do.
 */
void log_pump_begin(void);

/*
 * Read the streams, -1 for one that there is not, until all have ended. They are closed. What is
 * read goes to the sinks as well, -1 for none: a slow one holds its stream up, one that takes no
 * more is closed. false: a stream could not be read, which was said.
 */
bool log_pump(const int streams[LOG_STREAMS], int sinks[LOG_STREAMS]);

#endif
