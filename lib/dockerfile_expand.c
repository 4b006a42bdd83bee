/* Quotes, escapes and variables: words_expand() of dockerfile_words.h. */
#define _GNU_SOURCE
#include "dockerfile_lexer.h"

#include "effort.h"
#include "err.h"
#include "growing.h"
#include "io.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 100 }; /* ${a:-${b:-...}} */

struct sink {
	struct growing all, word;
	struct list *split;
	bool in_word;
};

static const char too_long[] = "what its variables stand for is too long";

void lexer_wrong(struct lexer *l, const char *why)
{
	if (!l->why)
		l->why = why;
}

/* Text that does not end a word. */
static void put_raw(struct lexer *l, struct sink *to, const char *s, size_t length)
{
	effort_spend(16 * length);
	if (!growing_add(&to->all, s, length) || (to->split && !growing_add(&to->word, s, length)))
		lexer_wrong(l, too_long);
	to->in_word = true;
}

/* Text that ends a word where it has a blank. */
static void put(struct lexer *l, struct sink *to, const char *s, size_t length)
{
	effort_spend(16 * length);
	if (!growing_add(&to->all, s, length))
		lexer_wrong(l, too_long);
	for (const char *end = s + length; to->split && s < end; s++) {
		if (!isspace((unsigned char)*s))
			to->in_word = growing_char(&to->word, *s);
		else if (to->in_word && to->word.length) {
			list_add(to->split, growing_take(&to->word));
			to->in_word = false;
		}
	}
}

/* Who has called us tells what is wrong, with the line; nobody uses the text then. */
static char *take(const struct lexer *l, struct growing *text)
{
	if (!l->why)
		return growing_take(text);
	free(text->s);
	return xstrdup("");
}

static void until(struct lexer *l, char stop, bool raw_escapes, struct sink *to);

char *lexer_until(struct lexer *l, char stop, bool raw_escapes)
{
	struct sink to = {0};

	until(l, stop, raw_escapes, &to);
	return take(l, &to.all);
}

static void put_dollar(struct lexer *l, struct sink *to, bool quoted)
{
	l->at++;
	FREED char *value = lexer_dollar(l);
	if (value)
		(quoted ? put_raw : put)(l, to, value, strlen(value));
}

/* In single quotes all is as it is written. */
static void put_single(struct lexer *l, struct sink *to)
{
	const char *end = strchr(l->at + 1, '\'');
	bool raw = l->words->how & WORDS_RAW;

	if (!end) {
		lexer_wrong(l, "a quote is not closed");
		return;
	}
	put_raw(l, to, l->at + !raw, (size_t)(end - l->at) - !raw + raw);
	l->at = end + 1;
}

static void put_double(struct lexer *l, struct sink *to)
{
	bool raw = l->words->how & WORDS_RAW;
	char escape = l->words->escape;

	put_raw(l, to, l->at++, raw);
	while (!l->why && *l->at != '"') {
		if (!*l->at) {
			lexer_wrong(l, "a quote is not closed");
		} else if (*l->at == '$' && !(l->words->how & WORDS_NO_VARIABLES)) {
			put_dollar(l, to, true);
		} else if (*l->at == escape && !l->at[1]) {
			l->at++;
		} else if (*l->at == escape &&
		           (l->at[1] == '"' || l->at[1] == '$' || l->at[1] == escape)) {
			put_raw(l, to, l->at + !l->raw_escapes, 1 + l->raw_escapes);
			l->at += 2;
		} else {
			put_raw(l, to, l->at++, 1);
		}
	}
	if (!l->why)
		put_raw(l, to, l->at++, raw);
}

static void put_next(struct lexer *l, struct sink *to)
{
	bool quotes = !(l->words->how & WORDS_PLAIN_QUOTES);

	if (*l->at == '$' && !(l->words->how & WORDS_NO_VARIABLES)) {
		put_dollar(l, to, false);
	} else if (quotes && *l->at == '\'') {
		put_single(l, to);
	} else if (quotes && *l->at == '"') {
		put_double(l, to);
	} else if (*l->at != l->words->escape) {
		put(l, to, l->at++, 1);
	} else {
		if (l->raw_escapes)
			put_raw(l, to, l->at, 1);
		if (*++l->at)
			put_raw(l, to, l->at++, 1);
	}
}

/* Up to `stop`, which is passed over; 0: the end. */
static void until(struct lexer *l, char stop, bool raw_escapes, struct sink *to)
{
	bool before = l->raw_escapes;

	if (++l->depth > DEEPEST)
		lexer_wrong(l, "${} is nested too deeply");
	l->raw_escapes = raw_escapes;
	while (!l->why && *l->at && *l->at != stop)
		put_next(l, to);
	l->raw_escapes = before;
	l->depth--;
	if (stop && *l->at == stop)
		l->at++;
	else if (stop)
		lexer_wrong(l, stop == '/' ? "a / is missing in ${}" : "a } is missing");
}

const char *words_expand(const struct words *words, const char *text, char **result,
                         struct list *split)
{
	struct lexer l = {.words = words, .at = text};
	struct sink to = {.split = split};

	until(&l, '\0', words->how & WORDS_RAW, &to);
	if (split && to.word.length)
		list_add(split, growing_take(&to.word));
	free(to.word.s);
	if (result)
		*result = take(&l, &to.all);
	else
		free(to.all.s);
	return l.why;
}
