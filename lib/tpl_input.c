/* Records for templates: see tpl_input.h. */
#define _GNU_SOURCE
#include "tpl_input.h"

#include "err.h"
#include <stdlib.h>
#include <string.h>

/* Split at commas and blanks, in place. */
struct list tpl_names(const char *names)
{
	struct list list = {(char *[]){NULL}, 0};
	char *rest = xstrdup(names);

	list.at = NULL;
	for (char *name; (name = strsep(&rest, ", \t\n"));)
		if (*name)
			list_add(&list, name);
	return list;
}

static int by_name(const void *a, const void *b, void *names)
{
	char **name = names;

	return strcmp(name[*(const size_t *)a], name[*(const size_t *)b]);
}

struct tpl_fields *tpl_fields(const struct list *names, const struct tpl_rules *rules)
{
	struct tpl_fields *fields = xalloc(sizeof(*fields));
	size_t count = fields->count = names->count;

	fields->names = names->at;
	fields->headings = xalloc(count * sizeof(char *));
	fields->numbers = xalloc(count);
	fields->order = xalloc(count * sizeof(*fields->order));
	for (size_t i = 0; i < count; i++) {
		char *end = strchrnul(names->at[i], '\0') - 1;

		fields->numbers[i] = *end == '#';
		if (fields->numbers[i])
			*end = '\0';
		fields->headings[i] = tpl_heading(rules, names->at[i]);
		fields->order[i] = i;
	}
	qsort_r(fields->order, count, sizeof(*fields->order), by_name, fields->names);
	return fields;
}

/* The next row of the input into `row`. False: there is none. */
static bool read_row(FILE *in, char **row, size_t fields)
{
	static char *line;
	static size_t room, number;
	ssize_t length = getline(&line, &room, in);
	char *rest = line;
	size_t count = 0;

	if (length < 0)
		return false;
	number++;
	if (line[length - 1] == '\n')
		line[length - 1] = '\0';
	for (char *field; count <= fields && (field = strsep(&rest, "\t")); count++)
		if (count < fields)
			row[count] = field;
	if (count != fields)
		refuse("standard input", "line %zu: has %s fields than the %zu of --rows", number,
		       count < fields ? "fewer" : "more", fields);
	return true;
}

/* The next value of the input, or NULL. */
static json_t *read_value(FILE *in)
{
	static size_t number;
	json_error_t error;
	int c;

	do
		c = getc(in);
	while (c != EOF && strchr(" \t\r\n", c));
	if (c == EOF)
		return NULL;
	(void)ungetc(c, in);
	number++;
	json_t *value =
	        json_loadf(in, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &error);
	if (!value)
		refuse("standard input", "value %zu: line %d, column %d: %s", number, error.line,
		       error.column, error.text);
	return value;
}

bool tpl_fill_next(struct tpl *tpl, const struct tpl_fields *fields, FILE *in, FILE *out)
{
	static char **row;

	if (fields) {
		if (!row)
			row = xalloc(fields->count * sizeof(*row));
		if (!read_row(in, row, fields->count))
			return false;
		tpl_fill_row(tpl, row, out);
	} else {
		json_t *value = read_value(in);

		if (!value)
			return false;
		tpl_fill(tpl, value, out);
		json_decref(value);
	}
	putc('\n', out);
	return true;
}
