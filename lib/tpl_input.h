/*
 * What templates are filled in with, read from a stream a record at a time.
 */
#ifndef TPL_INPUT_H
#define TPL_INPUT_H

#include "tpl.h"

/* Names separated by commas and blanks. The caller keeps them. */
struct list tpl_names(const char *names);

/* The fields of rows, whose names may end in `#`: numbers. rules has their headings. */
struct tpl_fields *tpl_fields(const struct list *names, const struct tpl_rules *rules);

/*
 * Fill it in with the next record, a line of fields if there are any, else a JSON value, and put a
 * newline behind. False: there is none left, or it could not be read, see ferror(3). refuse()s what
 * is neither.
 */
bool tpl_fill_next(struct tpl *tpl, const struct tpl_fields *fields, FILE *in, FILE *out);

#endif
