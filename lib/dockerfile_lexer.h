/*
 * words_expand() of dockerfile_words.h, on its way through a text: what its two files tell each
 * other.
 */
#ifndef DOCKERFILE_LEXER_H
#define DOCKERFILE_LEXER_H

#include "dockerfile_words.h"

struct lexer {
	const struct words *words;
	const char *at;
	bool raw_escapes;
	unsigned int depth;
	const char *why; /* it stopped there */
};

/* Stop there; the first reason counts. */
void lexer_wrong(struct lexer *l, const char *why);

/* What there is up to `stop`, which is passed over, with its own variables replaced. The caller
 * frees it. */
char *lexer_until(struct lexer *l, char stop, bool raw_escapes);

/* The value of the variable that stands there, behind the `$`; NULL: lexer_wrong(). The caller
 * frees it.
 */
char *lexer_dollar(struct lexer *l);

#endif
