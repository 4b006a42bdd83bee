/* Columns and their headings: see tpl.h. */
#define _GNU_SOURCE
#include "tpl.h"

#include "err.h"
#include "io.h"
#include <ctype.h>
#include <string.h>

enum { BETWEEN = 3, NARROWEST = 10 - BETWEEN }; /* as Docker has them */

char *tpl_heading(const struct tpl_rules *rules, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < rules->headings.count; i++) {
		const char *heading = rules->headings.at[i];

		if (!strncmp(heading, name, length) && heading[length] == '=')
			return xstrdup(heading + length + 1);
	}
	char *made = xalloc(2 * length + 1), *to = made;
	for (size_t i = 0; i < length; i++) {
		if (i && islower((unsigned char)name[i - 1]) && isupper((unsigned char)name[i]))
			*to++ = ' ';
		*to++ = (char)toupper((unsigned char)name[i]);
	}
	return made;
}

/* In characters: all bytes of UTF-8 but those that go on with one. */
static size_t width_of(const char *s, const char *end)
{
	size_t width = 0;

	for (; s < end; s++)
		width += (*s & 0xc0) != 0x80;
	return width;
}

struct widths {
	size_t *at, count;
};

/* A cell ends with its tab; what is behind the last tab of a line is none. */
static void measure(struct widths *widths, const char *line, const char *end)
{
	const char *tab;

	for (size_t i = 0; (tab = memchr(line, '\t', (size_t)(end - line))); i++) {
		size_t width = width_of(line, tab);

		if (i == widths->count) {
			widths->at = xrealloc(widths->at, ++widths->count * sizeof(*widths->at));
			widths->at[i] = NARROWEST;
		}
		if (width > widths->at[i])
			widths->at[i] = width;
		line = tab + 1;
	}
}

static void put_blanks(size_t count, FILE *out)
{
	static const char blanks[] = "                                ";

	for (size_t most = sizeof(blanks) - 1, some; count; count -= some) {
		some = count < most ? count : most;
		fwrite_unlocked(blanks, 1, some, out);
	}
}

static void put_line(const struct widths *widths, const char *line, const char *end, FILE *out)
{
	const char *tab;

	for (size_t i = 0; (tab = memchr(line, '\t', (size_t)(end - line))); i++) {
		fwrite_unlocked(line, 1, (size_t)(tab - line), out);
		put_blanks(widths->at[i] - width_of(line, tab) + BETWEEN, out);
		line = tab + 1;
	}
	fwrite_unlocked(line, 1, (size_t)(end - line), out);
	putc('\n', out);
}

void tpl_columns(const char *lines, size_t length, FILE *out)
{
	struct widths widths = {0};
	const char *end = lines + length;

	for (int pass = 0; pass < 2; pass++)
		for (const char *line = lines; line < end;) {
			const char *newline = memchr(line, '\n', (size_t)(end - line));
			const char *stop = newline ? newline : end;

			if (pass)
				put_line(&widths, line, stop, out);
			else
				measure(&widths, line, stop);
			line = stop + 1;
		}
	free(widths.at);
}
