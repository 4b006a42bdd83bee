/*
 * tpl-format: put JSON, or rows of text, through a template as Docker's --format has them.
 *
 * Changes nothing. Output is written a whole record at a time: one that the template fails on
 * writes nothing, and ends it. What is read comes out at once, unless it is a table.
 */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "tpl.h"
#include <stdlib.h>
#include <string.h>

static const char *row_names, *columns, *strict;
static struct tpl_rules rules;
static struct tpl_fields fields;

/* What has been said is not held back while waiting for more. */
static ssize_t read_input(void *cookie, char *buffer, size_t size)
{
	(void)cookie;
	(void)fflush(stdout); /* an error stays, and is found at the end */
	return read(STDIN_FILENO, buffer, size);
}

/* Split at commas and blanks, in place. */
static struct list split_names(const char *names)
{
	struct list list = {(char *[]){NULL}, 0};
	char *rest = xstrdup(names);

	list.at = NULL;
	for (char *name; (name = strsep(&rest, ", \t\n"));)
		if (*name)
			list_add(&list, name);
	return list;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(fields.names[*(const size_t *)a], fields.names[*(const size_t *)b]);
}

static void set_fields(void)
{
	struct list names = split_names(row_names);

	if (!names.count)
		usage_error("--rows: no names of fields");
	fields.count = names.count;
	fields.names = names.at;
	fields.headings = xalloc((names.count + 1) * sizeof(char *));
	fields.numbers = xalloc(names.count);
	fields.order = xalloc(names.count * sizeof(*fields.order));
	for (size_t i = 0; i < names.count; i++) {
		size_t length = strlen(names.at[i]);

		fields.numbers[i] = names.at[i][length - 1] == '#';
		names.at[i][length - fields.numbers[i]] = '\0';
		fields.headings[i] = tpl_heading(&rules, names.at[i]);
		fields.order[i] = i;
	}
	qsort(fields.order, fields.count, sizeof(*fields.order), by_name);
	rules.fields = &fields;
}

static const char *all_columns(void)
{
	char *all = xstrdup("");

	for (size_t i = 0; i < fields.count; i++)
		all = xprintf("%s%s{{.%s}}", all, i ? "\t" : "", fields.names[i]);
	return all;
}

/* `table TEMPLATE`, `table`, or nothing: columns. */
static bool is_table(const char **format)
{
	if (!strcmp(*format, "table") || !**format) {
		if (!columns && !row_names)
			usage_error("what are the columns? (--table)");
		*format = columns ? columns : all_columns();
		return true;
	}
	if (strncmp(*format, "table ", 6) != 0)
		return false;
	*format += 6;
	*format += strspn(*format, " ");
	return true;
}

/* The next row of the input into `row`. False: there is none. */
static bool read_row(FILE *in, char **row)
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
	for (char *field; count <= fields.count && (field = strsep(&rest, "\t")); count++)
		if (count < fields.count)
			row[count] = field;
	if (count != fields.count)
		refuse("standard input", "line %zu: has %s fields than the %zu of --rows", number,
		       count < fields.count ? "fewer" : "more", fields.count);
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

/* One record, filled in. False: there is none left. */
static bool fill_next(struct tpl *tpl, FILE *in, FILE *out)
{
	static char **row;

	if (rules.fields) {
		if (!row)
			row = xalloc(fields.count * sizeof(*row));
		if (!read_row(in, row))
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

static void finish(FILE *text)
{
	if (fflush(text))
		fail(NULL, "memory");
}

static void print_records(struct tpl *tpl, FILE *in)
{
	char *text;
	size_t length;
	FILE *record = open_memstream(&text, &length);

	while (fill_next(tpl, in, record)) {
		finish(record);
		fwrite(text, 1, length, stdout);
		rewind(record);
	}
}

static void print_table(struct tpl *tpl, FILE *in)
{
	char *text;
	size_t length;
	FILE *lines = open_memstream(&text, &length);

	tpl_fill_heading(tpl, lines);
	putc('\n', lines);
	while (fill_next(tpl, in, lines))
		;
	finish(lines);
	tpl_columns(text, length, stdout);
}

/* clang-format off */
static const struct opt table[] = {
	{"rows", 0, "FIELDS", "read lines of fields separated by tabs, called so; NAME# is a number", opt_string, &row_names},
	{"table", 0, "TEMPLATE", "the columns if FORMAT is 'table', or empty", opt_string, &columns},
	{"heading", 0, "FIELD=TEXT", "of its column (repeatable)", opt_list, &rules.headings},
	{"strict", 0, "NAMES", "missing keys are errors, but these, and those of maps called so", opt_string, &strict},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "tpl-format",
        .operands = "FORMAT",
        .purpose = "Put JSON values, or rows, through a template as Docker's --format has them.",
        .options = table,
        .example = "ctr-state list --json | tpl-format '{{.name}} {{json .image}}'",
};

int main(int argc, char **argv)
{
	cookie_io_functions_t functions = {.read = read_input};
	int first = opt_parse(&tool, argc, argv);
	struct list may_lack = {0};

	if (argc - first != 1)
		usage_error("needs one FORMAT");
	FILE *in = fopencookie(NULL, "r", functions);
	if (!in)
		fail(NULL, "memory");
	const char *format = argv[first];
	if (row_names)
		set_fields();
	if (strict) {
		may_lack = split_names(strict);
		rules.may_lack = &may_lack;
	}
	bool in_columns = is_table(&format);
	rules.escape = in_columns && !row_names;
	rules.listing = in_columns || row_names;
	struct tpl *tpl = tpl_read(strcmp(format, "json") != 0 ? format : "{{json .}}", &rules);
	if (in_columns)
		print_table(tpl, in);
	else
		print_records(tpl, in);
	if (ferror(in))
		fail("standard input", "read");
	opt_finish_stdout();
}
