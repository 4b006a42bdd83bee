/*
 * Templates as Docker's --format takes them: the everyday part of Go's text/template, filled in
 * with JSON or with rows of text. Whatever is wrong with a template, or with it and the data, is
 * refused as `tool: template: why, at LINE:COLUMN`; nothing of that output is written then.
 */
#ifndef TPL_H
#define TPL_H

#include "opt.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The fields of a row, by number. */
struct tpl_fields {
	char **names;
	char **headings;
	bool *numbers; /* a number in JSON */
	size_t *order; /* of the alphabet: JSON has them so */
	size_t count;
};

/* What templates are read for. */
struct tpl_rules {
	const struct tpl_fields *fields; /* NULL: JSON */
	/*
	 * NULL: a key that an object lacks has no value. Else it is an error, unless the key or the
	 * name of the object is here; and null is an empty list, unless it has such a name.
	 */
	const struct list *may_lack;
	/* NAME=TEXT: headings other than the name in capitals, with blanks between words. */
	struct list headings;
	bool listing; /* \t and \n in text are tab and newline, as in Docker's lists */
	bool escape;  /* control characters in strings come out as \011 */
};

struct tpl;

/* Both texts and rules are kept, and live as long as the process; so does the result. */
struct tpl *tpl_read(const char *text, const struct tpl_rules *rules);

/* Fill it in with a JSON value, which stays the caller's. */
void tpl_fill(struct tpl *tpl, json_t *value, FILE *out);

/*
 * The same with a row: its fields, with control characters and backslashes as text_field() writes
 * them. They come out like that; only JSON has its own way to say them.
 */
void tpl_fill_row(struct tpl *tpl, char *const *row, FILE *out);

/* The same with the headings of the fields, which most functions leave as they are. */
void tpl_fill_heading(struct tpl *tpl, FILE *out);

/* The heading of a field, which the caller frees. */
char *tpl_heading(const struct tpl_rules *rules, const char *name);

/*
 * Lines to `out`, with blanks instead of tabs: what stands between the same two tabs of each line
 * is a column. A character is as wide as any other.
 */
void tpl_columns(const char *lines, size_t length, FILE *out);

#endif
