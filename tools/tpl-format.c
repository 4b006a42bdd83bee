/*
 * tpl-format: put JSON, or rows of text, through a template as Docker's --format has them.
 *
 * Changes nothing. Output is written a whole record at a time: one that the template fails on
 * writes nothing, and ends it. What is read comes out at once, unless it is a table.
 */
#define _GNU_SOURCE
#include "err.h"
#include "tpl_input.h"
#include <string.h>
#include <unistd.h>

static const char *row_names, *columns, *strict;
static struct tpl_rules rules;

/* What has been said is not held back while waiting for more. */
static ssize_t read_input(void *cookie, char *buffer, size_t size)
{
	(void)cookie;
	(void)fflush(stdout); /* an error stays, and is found at the end */
	return read(STDIN_FILENO, buffer, size);
}

static const char *all_columns(void)
{
	char *all = xstrdup("");

	for (size_t i = 0; i < rules.fields->count; i++)
		all = xprintf("%s%s{{.%s}}", all, i ? "\t" : "", rules.fields->names[i]);
	return all;
}

/* `table TEMPLATE`, `table`, or nothing: columns. Docker's inspect, which is strict, has none. */
static bool is_table(const char **format)
{
	if (strict)
		return false;
	if (!strcmp(*format, "table") || !**format) {
		if (!columns && !row_names)
			usage_error("what are the columns? (--table)");
		*format = columns ? columns : all_columns();
		return true;
	}
	if (strncmp(*format, "table", 5) != 0)
		return false;
	*format += 5 + strspn(*format + 5, " ");
	return true;
}

static FILE *open_text(char **text, size_t *length)
{
	FILE *stream = open_memstream(text, length);

	if (!stream)
		fail(NULL, "memory");
	return stream;
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
	FILE *record = open_text(&text, &length);

	while (tpl_fill_next(tpl, rules.fields, in, record)) {
		finish(record);
		fwrite(text, 1, length, stdout);
		rewind(record);
	}
}

static void print_table(struct tpl *tpl, FILE *in)
{
	char *text;
	size_t length;
	FILE *lines = open_text(&text, &length);

	tpl_fill_heading(tpl, lines);
	putc('\n', lines);
	while (tpl_fill_next(tpl, rules.fields, in, lines))
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

static FILE *open_input(void)
{
	FILE *in = fopencookie(NULL, "r", (cookie_io_functions_t){.read = read_input});

	if (!in)
		fail(NULL, "memory");
	return in;
}

/* What --rows and --strict say of the data. */
static void describe_input(void)
{
	static struct list names, may_lack;

	if (row_names) {
		names = tpl_names(row_names);
		if (!names.count)
			usage_error("--rows: no names of fields");
		rules.fields = tpl_fields(&names, &rules);
	}
	if (strict) {
		may_lack = tpl_names(strict);
		rules.may_lack = &may_lack;
	}
}

int main(int argc, char **argv)
{
	int first = opt_parse(&tool, argc, argv);

	if (argc - first != 1)
		usage_error("needs one FORMAT");
	const char *format = argv[first];
	describe_input();
	bool in_columns = is_table(&format);
	rules.escape = in_columns && !row_names;
	rules.listing = in_columns || row_names;
	struct tpl *tpl = tpl_read(strcmp(format, "json") != 0 ? format : "{{json .}}", &rules);
	FILE *in = open_input();
	if (in_columns)
		print_table(tpl, in);
	else
		print_records(tpl, in);
	if (ferror(in))
		fail("standard input", "read");
	opt_finish_stdout();
}
