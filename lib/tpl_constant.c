/* Constants as Go writes them: see tpl_lex.h. */
#define _GNU_SOURCE
#include "tpl_lex.h"

#include "text.h"
#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Put a character as UTF-8; returns the place behind it. */
static char *put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char first[] = {0, 0xc0, 0xe0, 0xf0};
	*to++ = (char)(first[more] | c >> (6 * more));
	while (more--)
		*to++ = (char)(0x80 | (c >> (6 * more) & 0x3f));
	return to;
}

/* So many digits at *s. False: they are not there. */
static bool read_digits(const char **s, int count, uint32_t base, uint32_t *value)
{
	for (*value = 0; count--; (*s)++) {
		const char *digits = "0123456789abcdef";
		const char *digit = **s ? strchr(digits, tolower((unsigned char)**s)) : NULL;

		if (!digit || (uint32_t)(digit - digits) >= base)
			return false;
		*value = *value * base + (uint32_t)(digit - digits);
	}
	return true;
}

/* One character behind a backslash. is_byte: it stands for a byte, not for a character. */
static bool read_escape(const char **s, uint32_t *value, bool *is_byte)
{
	static const char names[] = "abfnrtv\\'\"", values[] = "\a\b\f\n\r\t\v\\'\"";
	const char *name = **s ? strchr(names, **s) : NULL;

	*is_byte = false;
	if (name) {
		*value = (unsigned char)values[name - names];
		(*s)++;
		return true;
	}
	*is_byte = **s == 'x' || (**s >= '0' && **s <= '7');
	if (**s == 'x')
		return (*s)++, read_digits(s, 2, 16, value);
	if (*is_byte)
		return read_digits(s, 3, 8, value) && *value < 256;
	if (**s != 'u' && **s != 'U')
		return false;
	int digits = *(*s)++ == 'u' ? 4 : 8;
	return read_digits(s, digits, 16, value) && *value < 0x110000 &&
	       (*value < 0xd800 || *value > 0xdfff);
}

static bool read_string(const char **s, struct tpl_value *value)
{
	char *text = xalloc(strlen(*s) + 1), *to = text;

	for ((*s)++; **s != '"';) {
		uint32_t c = (unsigned char)*(*s)++;
		bool is_byte = true;

		if (!c || c == '\n' || (c == '\\' && !read_escape(s, &c, &is_byte)))
			return free(text), false;
		if (is_byte)
			*to++ = (char)c;
		else
			to = put_utf8(to, c);
	}
	(*s)++;
	*value = tpl_text(text, (size_t)(to - text));
	return true;
}

static bool read_raw(const char **s, struct tpl_value *value)
{
	const char *start = *s + 1, *end = strchr(start, '`');

	if (!end)
		return false;
	*value = tpl_text(start, (size_t)(end - start));
	*s = end + 1;
	return true;
}

static bool read_character(const char **s, struct tpl_value *value)
{
	const char *at = *s + 1;
	size_t length = text_character(at, strlen(at));
	uint32_t c = (unsigned char)*at;
	bool is_byte;

	if (!c || c == '\'' || c == '\n' || !length)
		return false;
	at += length;
	if (c == '\\') {
		if (!read_escape(&at, &c, &is_byte))
			return false;
	} else if (length > 1) {
		c &= 0x7fU >> length;
		for (const char *more = at - length + 1; more < at; more++)
			c = c << 6 | (*more & 0x3f);
	}
	*s = at + 1;
	*value = tpl_number(c);
	return *at == '\'';
}

static bool read_number(const char **s, struct tpl_value *value)
{
	char *end_integer, *end_real;

	errno = 0;
	long long integer = strtoll(*s, &end_integer, 0);
	bool overflow = errno;
	double real = strtod(*s, &end_real);
	if (end_real > end_integer) {
		*value = (struct tpl_value){.kind = TPL_FLOAT, .real = real};
		*s = end_real;
		return true;
	}
	*value = tpl_number(integer);
	*s = end_integer;
	return !overflow;
}

bool tpl_read_constant(struct tpl_lexer *lexer, struct tpl_value *value)
{
	switch (*lexer->next) {
	case '"':
		return read_string(&lexer->next, value);
	case '`':
		return read_raw(&lexer->next, value);
	case '\'':
		return read_character(&lexer->next, value);
	default:
		return read_number(&lexer->next, value);
	}
}
