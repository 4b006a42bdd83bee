/* fmt.Printf: see tpl_value.h. */
#define _GNU_SOURCE
#include "tpl_verb.h"

#include <ctype.h>
#include <string.h>

enum { MOST_WIDTH = 1000000 };

struct reader {
	const char *s, *end; /* of the format */
	const struct tpl_value *values;
	size_t count, used;
};

static int read_size(struct reader *reader)
{
	int size = -1;

	if (reader->s < reader->end && *reader->s == '*') {
		reader->s++;
		if (reader->used == reader->count)
			return -1;
		const struct tpl_value *value = &reader->values[reader->used++];
		return value->kind == TPL_INT && value->integer >= 0 && value->integer <= MOST_WIDTH
		               ? (int)value->integer
		               : -1;
	}
	for (; reader->s < reader->end && isdigit((unsigned char)*reader->s); reader->s++)
		if (size <= MOST_WIDTH)
			size = (size < 0 ? 0 : 10 * size) + (*reader->s - '0');
	return size > MOST_WIDTH ? -1 : size;
}

static void read_flags(struct reader *reader, struct tpl_verb *verb)
{
	for (; reader->s < reader->end; reader->s++)
		switch (*reader->s) {
		case '-':
			verb->minus = true;
			break;
		case '+':
			verb->plus = true;
			break;
		case '#':
			verb->sharp = true;
			break;
		case ' ':
			verb->space = true;
			break;
		case '0':
			verb->zero = true;
			break;
		default:
			return;
		}
}

/* Behind a `%`. */
static void put_next(struct tpl_run *run, FILE *out, struct reader *reader)
{
	struct tpl_verb verb = {.precision = -1};

	read_flags(reader, &verb);
	verb.width = read_size(reader);
	if (reader->s < reader->end && *reader->s == '.') {
		reader->s++;
		verb.precision = read_size(reader);
		if (verb.precision < 0)
			verb.precision = 0;
	}
	if (reader->s == reader->end) {
		fputs("%!(NOVERB)", out);
		return;
	}
	verb.letter = *reader->s++;
	if (verb.letter == '%')
		putc('%', out);
	else if (reader->used == reader->count)
		fprintf(out, "%%!%c(MISSING)", verb.letter);
	else
		tpl_put(run, out, &verb, &reader->values[reader->used++]);
}

static void put_extra(struct tpl_run *run, FILE *out, const struct reader *reader)
{
	fputs("%!(EXTRA ", out);
	for (size_t i = reader->used; i < reader->count; i++) {
		const struct tpl_value *value = &reader->values[i];
		bool is_nil = value->kind == TPL_NULL || value->kind == TPL_NOTHING;

		fputs(i > reader->used ? ", " : "", out);
		if (!is_nil)
			fprintf(out, "%s=", tpl_kind_name(value));
		tpl_print(run, out, value);
	}
	putc(')', out);
}

void tpl_printf(struct tpl_run *run, FILE *out, const struct tpl_value *format,
                const struct tpl_value *values, size_t count)
{
	struct reader reader = {
	        .s = format->text.at,
	        .end = format->text.at + format->text.length,
	        .values = values,
	        .count = count,
	};

	while (reader.s < reader.end) {
		size_t left = (size_t)(reader.end - reader.s);
		const char *percent = memchr(reader.s, '%', left);
		size_t plain = percent ? (size_t)(percent - reader.s) : left;

		fwrite(reader.s, 1, plain, out);
		reader.s += plain;
		if (percent) {
			reader.s++;
			put_next(run, out, &reader);
		}
	}
	if (reader.used < count)
		put_extra(run, out, &reader);
}
