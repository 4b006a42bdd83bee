/* ${a#p} ${a%p} ${a/p/r}: words_pattern() of dockerfile_words.h. */
#define _GNU_SOURCE
#include "dockerfile_words.h"

#include "effort.h"
#include "err.h"
#include "growing.h"
#include "io.h"
#include <string.h>

/* One character of a pattern: itself, or a wildcard. */
enum { ANY_ONE = 256, ANY_NUMBER };

/* A pattern as numbers, so that what was escaped is told from wildcards. NULL: it is none. */
static unsigned short *compile(const char *pattern, size_t *length)
{
	unsigned short *to = calloc(strlen(pattern) + 1, sizeof(*to));

	*length = 0;
	for (; to && *pattern; pattern++) {
		unsigned short c = (unsigned char)*pattern;

		if (c == '*')
			c = ANY_NUMBER;
		else if (c == '?')
			c = ANY_ONE;
		else if (c == '\\' && (pattern[1] == '}' || pattern[1] == '/'))
			continue;
		else if (c == '\\' && pattern[1] && strchr("*?\\", pattern[1]))
			c = (unsigned char)*++pattern;
		else if (c == '\\')
			return free(to), NULL;
		to[(*length)++] = c;
	}
	return to;
}

static bool is_here(const unsigned short *piece, size_t length, const char *s)
{
	for (size_t i = 0; i < length; i++)
		if (piece[i] != ANY_ONE && piece[i] != (unsigned char)s[i])
			return false;
	return true;
}

/* The first one, or the last one; NULL: there is none. */
static const char *find(const unsigned short *piece, size_t length, const char *s, const char *end,
                        bool last)
{
	const char *found = NULL;

	for (; length <= (size_t)(end - s) && (last || !found); s++) {
		if (is_here(piece, length, s))
			found = s;
		if (s == end)
			break;
	}
	return found;
}

/*
 * The end of what matches from s on, the shortest or the longest; NULL: nothing does. The pieces
 * between stars are each taken where they are found first, which leaves most for the others; so if
 * one is missing, nothing behind s matches either: *over.
 */
static const char *match(const unsigned short *p, size_t length, const char *s, const char *end,
                         bool longest, bool *over)
{
	bool star = false;

	for (;; star = true) {
		size_t piece = 0;

		while (piece < length && p[piece] != ANY_NUMBER)
			piece++;
		if (star)
			s = find(p, piece, s, end, longest && piece == length);
		else if (piece > (size_t)(end - s) || !is_here(p, piece, s))
			s = NULL;
		*over = !s && star;
		if (!s || piece == length)
			return s ? s + piece : NULL;
		s += piece;
		p += piece + 1;
		length -= piece + 1;
	}
}

static void reverse(unsigned short *p, size_t length, char *s, size_t size)
{
	for (size_t i = 0; i < length / 2; i++) {
		unsigned short c = p[i];

		p[i] = p[length - 1 - i];
		p[length - 1 - i] = c;
	}
	for (size_t i = 0; i < size / 2; i++) {
		char c = s[i];

		s[i] = s[size - 1 - i];
		s[size - 1 - i] = c;
	}
}

/* In front, or at the end, which is in front of all of it read backwards. */
static char *cut(bool front, bool longest, unsigned short *p, size_t length, const char *value)
{
	size_t size = strlen(value);
	char *text = xstrdup(value);
	bool over;

	if (!front)
		reverse(p, length, text, size);
	const char *end = match(p, length, text, text + size, longest, &over);
	if (end)
		memmove(text, end, strlen(end) + 1);
	if (!front)
		reverse(p, length, text, strlen(text));
	return text;
}

static char *replace(bool all, const unsigned short *p, size_t length, const char *with,
                     const char *s)
{
	struct growing to = {0};
	const char *stop = s + strlen(s);
	bool done = false;

	while (*s) {
		const char *end = done ? NULL : match(p, length, s, stop, true, &done);
		bool found = end && end > s;

		if (!(found ? growing_text(&to, with) : growing_char(&to, *s)))
			return free(to.s), NULL;
		done |= found && !all;
		s = found ? end : s + 1;
	}
	return growing_take(&to);
}

const char *words_pattern(char op, bool twice, const char *pattern, const char *replacement,
                          const char *value, char **result)
{
	size_t length;
	FREED unsigned short *compiled = compile(pattern, &length);

	*result = NULL;
	if (!compiled)
		return "in a pattern only * ? and \\ are escaped";
	if (strlen(value) > 65536)
		return "the value is too long for a pattern";
	effort_spend((strlen(value) + 1) * (length + 1));
	*result = op == '/' ? replace(twice, compiled, length, replacement, value)
	                    : cut(op == '#', twice, compiled, length, value);
	return *result ? NULL : "what its variables stand for is too long";
}
