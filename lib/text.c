/* Data on stdout: see text.h. */
#define _GNU_SOURCE
#include "text.h"

#include "err.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

void text_field(const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < ' ' || c == '\\' || c == 0x7f)
			printf("\\%03o", c);
		else
			putchar(c);
	}
}

/* How many bytes the character at s has; 0 when it is not UTF-8 (RFC 3629, section 4). */
static size_t utf8_length(const char *s)
{
	const unsigned char *c = (const unsigned char *)s;
	static const struct {
		unsigned char first, last; /* of the first byte */
		unsigned char least, most; /* of the second */
		size_t length;
	} forms[] = {
	        {0x00, 0x7f, 0x00, 0xff, 1},
                {0xc2, 0xdf, 0x80, 0xbf, 2},
	        {0xe0, 0xe0, 0xa0, 0xbf, 3},
                {0xe1, 0xec, 0x80, 0xbf, 3},
	        {0xed, 0xed, 0x80, 0x9f, 3},
                {0xee, 0xef, 0x80, 0xbf, 3},
	        {0xf0, 0xf0, 0x90, 0xbf, 4},
                {0xf1, 0xf3, 0x80, 0xbf, 4},
	        {0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (c[0] < forms[i].first || c[0] > forms[i].last)
			continue;
		if (forms[i].length > 1 && (c[1] < forms[i].least || c[1] > forms[i].most))
			return 0;
		for (size_t at = 2; at < forms[i].length; at++)
			if ((c[at] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

void text_json(const char *s)
{
	putchar('"');
	while (*s) {
		size_t length = utf8_length(s);

		if (length == 0)
			fputs("\\ufffd", stdout);
		else if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if (length == 1 && ((unsigned char)*s < ' ' || *s == 0x7f))
			printf("\\u%04x", (unsigned char)*s);
		else
			fwrite(s, 1, length, stdout);
		s += length ? length : 1;
	}
	putchar('"');
}

char *text_utf8(const char *s)
{
	if (!s)
		return NULL;
	char *copy = xalloc(3 * strlen(s) + 1), *to = copy;
	while (*s) {
		size_t length = utf8_length(s);

		to = length ? mempcpy(to, s, length) : stpcpy(to, "\xef\xbf\xbd");
		s += length ? length : 1;
	}
	return copy;
}

/* A character within single quotes. */
static void put_quoted(char c)
{
	if (c == '\'')
		fputs("'\\''", stdout);
	else
		putchar(c);
}

void text_shell(const char *s)
{
	putchar('\'');
	while (*s)
		put_quoted(*s++);
	putchar('\'');
}

void text_shell_words(char *const *words)
{
	putchar('\'');
	for (char *const *word = words; word && *word; word++) {
		if (word != words)
			putchar(' ');
		put_quoted('\'');
		for (const char *s = *word; *s; s++)
			if (*s == '\'')
				for (const char *quote = "'\\''"; *quote; quote++)
					put_quoted(*quote);
			else
				put_quoted(*s);
		put_quoted('\'');
	}
	putchar('\'');
}
