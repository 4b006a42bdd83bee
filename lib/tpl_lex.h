/*
 * The words of a template.
 */
#ifndef TPL_LEX_H
#define TPL_LEX_H

#include "tpl_value.h"

enum tpl_token_kind {
	TOKEN_END,   /* of the template */
	TOKEN_TEXT,  /* outside of actions */
	TOKEN_OPEN,  /* {{ */
	TOKEN_CLOSE, /* }} */
	TOKEN_NAME,
	TOKEN_FIELD,    /* .NAME, without the dot */
	TOKEN_VARIABLE, /* $NAME, with the dollar */
	TOKEN_DOT,
	TOKEN_VALUE, /* a constant */
	TOKEN_DECLARE,
	TOKEN_SIGN, /* one of |(),= */
};

struct tpl_token {
	enum tpl_token_kind kind;
	const char *at; /* where in the template */
	size_t length;
	bool spaced; /* white space is in front of it */
	struct tpl_value value;
};

struct tpl_lexer {
	const char *template, *next;
	bool listing; /* see tpl_rules */
	bool inside;  /* an action */
	bool trim;    /* the text that follows */
	struct tpl_token token;
};

/* Read the next word into lexer->token. */
void tpl_next(struct tpl_lexer *lexer);

/* A constant at lexer->next: a number, a character, a string. False: there is none. */
bool tpl_read_constant(struct tpl_lexer *lexer, struct tpl_value *value);

#endif
