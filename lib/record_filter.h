/*
 * Which containers are meant: the filters of docker-ps(1).
 */
#ifndef RECORD_FILTER_H
#define RECORD_FILTER_H

#include "record.h"

/*
 * A setter for KEY=VALUE; into: struct list. Keys: id, name (regular expressions), label (KEY or
 * KEY=VALUE), status, exited, health, ancestor (an image's name or id), volume (a source or a
 * target), network (a name or the beginning of an id), publish, expose (PORT[-PORT][/PROTOCOL]).
 */
void filter_opt(const struct opt *opt, const char *arg);

/* One of each key's has to match, of labels all. */
bool filters_match(const struct list *filters, const struct record *record);

#endif
