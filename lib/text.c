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

size_t text_character(const char *s, size_t bytes)
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
		if (forms[i].length > bytes)
			return 0;
		if (forms[i].length > 1 && (c[1] < forms[i].least || c[1] > forms[i].most))
			return 0;
		for (size_t at = 2; at < forms[i].length; at++)
			if ((c[at] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

/* How many bytes at s stand for themselves in JSON: a quick way over what most text is made of. */
static size_t plain_length(const char *s, size_t bytes)
{
	size_t n = 0;

	while (n < bytes && s[n] >= ' ' && s[n] < 0x7f && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

void text_json_to(FILE *out, const char *s, size_t bytes)
{
	static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *name;

	putc('"', out);
	while (bytes) {
		size_t plain = plain_length(s, bytes);
		size_t length = plain ? plain : text_character(s, bytes);

		if (length == 0)
			fputs("\\ufffd", out);
		else if (plain || length > 1)
			fwrite(s, 1, length, out);
		else if (*s && (name = strchr(names, *s)))
			fprintf(out, "\\%c", letters[name - names]);
		else
			fprintf(out, "\\u%04x", (unsigned char)*s);
		length += length == 0;
		s += length;
		bytes -= length;
	}
	putc('"', out);
}

void text_json_bytes(const char *s, size_t bytes)
{
	text_json_to(stdout, s, bytes);
}

void text_json(const char *s)
{
	text_json_bytes(s, strlen(s));
}

char *text_utf8(const char *s)
{
	if (!s)
		return NULL;
	size_t left = strlen(s);
	char *copy = xalloc(3 * left + 1), *to = copy;
	while (left) {
		size_t length = text_character(s, left);

		to = length ? mempcpy(to, s, length) : stpcpy(to, "\xef\xbf\xbd");
		length += length == 0;
		s += length;
		left -= length;
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
