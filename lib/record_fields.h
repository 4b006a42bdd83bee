/*
 * What a list of containers says of each.
 */
#ifndef RECORD_FIELDS_H
#define RECORD_FIELDS_H

#include "record.h"

/* Ids and commands whole; `-` for what is empty, as a shell's `read` takes two tabs for one. */
extern bool fields_are_whole, fields_have_dashes;

/*
 * The fields, names separated by commas, as a line without its end: separated by tabs, escaped as
 * text_field() does. A name is a key of the record, or one of Docker's for what people read: ID
 * Image Command CreatedAt RunningFor Ports State Status Names Labels Mounts Networks. The caller
 * frees.
 */
char *fields_of(const struct record *record, const char *names);

/* How long ago that was, in words as Docker's; both in nanoseconds. Text that the next call takes.
 */
const char *ago_text(int64_t then, int64_t now);

#endif
