/*
 * Patterns for paths: see pattern.h. A pattern is a row of tokens; matching keeps the set of tokens
 * that may come next, and takes the text a character at a time: there is no way back, so nobody's
 * pattern takes longer than its length says.
 */
#define _GNU_SOURCE
#include "pattern.h"

#include "err.h"
#include "io.h"
#include "text.h"
#include <stdint.h>
#include <string.h>

enum kind {
	CHARACTER,
	ANY,   /* ? */
	CLASS, /* [...] */
	STAR,  /* any text without a slash */
	DEEP,  /* nothing, or any text that ends in a slash; */
	LOOP,  /* within that, and always behind it */
	REST,  /* any text */
};

struct range {
	uint32_t least, most;
};

struct token {
	enum kind kind;
	bool negated;
	uint32_t code;       /* CHARACTER */
	size_t first, count; /* CLASS: its ranges */
};

struct pattern {
	struct token *tokens;
	struct range *ranges;
	size_t count, range_count;
	bool *sets, *now, *next; /* of tokens, for matching; two in one piece of memory */
};

#define NO_CHARACTER 0x110000U /* and the byte that is none */

/* The character at *at, which is not the end, and past it. */
static uint32_t take(const char **at)
{
	const unsigned char *s = (const unsigned char *)*at;
	size_t length = text_character(*at, strnlen(*at, 4));
	uint32_t code = length > 1 ? *s & (0x7fU >> length) : *s;

	for (size_t i = 1; i < length; i++)
		code = code << 6 | (s[i] & 0x3f);
	*at += length ? length : 1;
	return length ? code : NO_CHARACTER + *s;
}

static struct token *add(struct pattern *p, enum kind kind)
{
	struct token *token = &p->tokens[p->count++];

	token->kind = kind;
	return token;
}

/* A character in a class, which may have a backslash before it. */
static bool take_member(const char **at, uint32_t *code)
{
	if (!**at || **at == '-' || **at == ']')
		return false;
	if (**at == '\\' && !*++*at)
		return false;
	*code = take(at);
	return true;
}

static bool take_class(struct pattern *p, const char **at)
{
	struct token *class = add(p, CLASS);

	class->first = p->range_count;
	class->negated = **at == '^';
	*at += class->negated;
	do {
		struct range *range = &p->ranges[p->range_count++];

		if (!take_member(at, &range->least))
			return false;
		range->most = range->least;
		if (**at == '-' && (++*at, !take_member(at, &range->most)))
			return false;
	} while (**at != ']');
	++*at;
	class->count = p->range_count - class->first;
	return true;
}

/* `**` and the slash behind it */
static void take_deep(struct pattern *p, const char **at)
{
	*at += **at == '/';
	if (!**at) {
		(void)add(p, REST);
		return;
	}
	(void)add(p, DEEP);
	(void)add(p, LOOP);
}

static bool take_token(struct pattern *p, const char **at, bool deep)
{
	switch (**at) {
	case '*':
		if (*++*at == '*' && deep)
			++*at, take_deep(p, at);
		else
			(void)add(p, STAR);
		return true;
	case '?':
		++*at;
		(void)add(p, ANY);
		return true;
	case '[':
		++*at;
		return take_class(p, at);
	case '\\':
		if (!*++*at)
			return false;
		break;
	default:
		break;
	}
	add(p, CHARACTER)->code = take(at);
	return true;
}

struct pattern *pattern_compile(const char *text, bool deep)
{
	size_t most = strlen(text) + 1;
	struct pattern *p = xalloc(sizeof(*p));

	p->tokens = xalloc(most * sizeof(*p->tokens));
	p->ranges = xalloc(most * sizeof(*p->ranges));
	p->sets = xalloc(2 * (most + 1) * sizeof(*p->sets));
	while (*text)
		if (!take_token(p, &text, deep)) {
			pattern_free(p);
			return NULL;
		}
	p->now = p->sets;
	p->next = p->sets + p->count + 1;
	return p;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	free(p->tokens);
	free(p->ranges);
	free(p->sets);
	free(p);
}

static bool is_in_class(const struct pattern *p, const struct token *class, uint32_t code)
{
	bool in = false;

	for (size_t i = class->first; i < class->first + class->count && !in; i++)
		in = p->ranges[i].least <= code && code <= p->ranges[i].most;
	return in != class->negated;
}

/* Token i may come next, and so may what is behind it, if it can stand for nothing. */
static void reach(const struct pattern *p, bool *set, size_t i)
{
	while (!set[i]) {
		set[i] = true;
		if (i == p->count)
			return;
		if (p->tokens[i].kind == STAR || p->tokens[i].kind == REST)
			i += 1;
		else if (p->tokens[i].kind == DEEP)
			i += 2;
	}
}

/* Token i takes the character: what may come then. */
static void step(const struct pattern *p, size_t i, uint32_t code, bool *next)
{
	const struct token *token = &p->tokens[i];

	switch (token->kind) {
	case CHARACTER:
		if (code == token->code)
			reach(p, next, i + 1);
		return;
	case ANY:
		if (code != '/')
			reach(p, next, i + 1);
		return;
	case CLASS:
		if (is_in_class(p, token, code))
			reach(p, next, i + 1);
		return;
	case STAR:
		if (code != '/')
			reach(p, next, i);
		return;
	case REST:
		reach(p, next, i);
		return;
	case DEEP:
	case LOOP:
		next[token->kind == DEEP ? i + 1 : i] = true;
		if (code == '/')
			reach(p, next, token->kind == DEEP ? i + 2 : i + 1);
	}
}

bool pattern_matches(struct pattern *p, const char *text)
{
	memset(p->now, 0, (p->count + 1) * sizeof(*p->now));
	reach(p, p->now, 0);
	while (*text) {
		uint32_t code = take(&text);
		bool *next = p->next, any = false;

		memset(next, 0, (p->count + 1) * sizeof(*next));
		for (size_t i = 0; i < p->count; i++)
			if (p->now[i])
				step(p, i, code, next), any = true;
		if (!any)
			return false;
		p->next = p->now;
		p->now = next;
	}
	return p->now[p->count];
}

bool pattern_is_one(const char *text)
{
	for (; *text; text++) {
		if (strchr("*?[", *text))
			return true;
		if (*text == '\\' && !*++text)
			return false;
	}
	return false;
}
