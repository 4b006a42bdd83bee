/* ${a#p} ${a%p} ${a/p/r}: words_pattern() of dockerfile_words.h. */
#define _GNU_SOURCE
#include "dockerfile_words.h"

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

/* The whole of text? Goes back to the last `*` only, which is enough. */
static bool matches(const unsigned short *pattern, size_t length, const char *s, const char *end)
{
	const unsigned short *p = pattern, *stop = pattern + length, *star = NULL;
	const char *back = s;

	while (s < end) {
		if (p < stop && *p == ANY_NUMBER) {
			star = p++;
			back = s;
		} else if (p < stop && (*p == ANY_ONE || *p == (unsigned char)*s)) {
			p++;
			s++;
		} else if (star) {
			p = star + 1;
			s = ++back;
		} else {
			return false;
		}
	}
	while (p < stop && *p == ANY_NUMBER)
		p++;
	return p == stop;
}

/* In front, or at the end, the shortest or the longest. */
static char *cut(bool front, bool longest, const unsigned short *p, size_t length,
                 const char *value)
{
	size_t all = strlen(value);

	for (size_t i = 0; i <= all; i++) {
		size_t n = longest ? all - i : i;

		if (front && matches(p, length, value, value + n))
			return strdup(value + n);
		if (!front && matches(p, length, value + all - n, value + all))
			return strndup(value, all - n);
	}
	return strdup(value);
}

/* How many bytes at s match, at most; 0: none. */
static size_t longest_match(const unsigned short *p, size_t length, const char *s)
{
	for (size_t n = strlen(s); n; n--)
		if (matches(p, length, s, s + n))
			return n;
	return 0;
}

static char *replace(bool all, const unsigned short *p, size_t length, const char *with,
                     const char *s)
{
	struct growing to = {0};
	bool done = false;

	while (*s) {
		size_t n = done ? 0 : longest_match(p, length, s);

		if (!(n ? growing_text(&to, with) : growing_char(&to, *s)))
			return free(to.s), NULL;
		done |= n && !all;
		s += n ? n : 1;
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
	*result = op == '/' ? replace(twice, compiled, length, replacement, value)
	                    : cut(op == '#', twice, compiled, length, value);
	return *result ? NULL : "what its variables stand for is too long";
}
