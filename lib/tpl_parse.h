/*
 * Parts of the reading of templates: tpl_parse.c has the blocks, tpl_pipe.c what is in an action.
 */
#ifndef TPL_PARSE_H
#define TPL_PARSE_H

#include "tpl_lex.h"
#include "tpl_tree.h"

struct tpl_parser {
	struct tpl_lexer lexer;
	const struct tpl_rules *rules;
	struct list variables; /* that can be seen; their slots have the same order */
	size_t *slots;
	size_t slot_count; /* of all */
	int depth;         /* of blocks and parentheses */
	int loops;         /* around here */
	bool dot_is_row;
};

struct tpl_pipe *tpl_parse_pipe(struct tpl_parser *parser, bool is_range);

/* Nothing that nests can exhaust the stack. */
void tpl_go_deeper(struct tpl_parser *parser);

/* Is the word at hand this one? */
bool tpl_is(const struct tpl_parser *parser, enum tpl_token_kind kind, const char *text);
/* It has to be that; go on behind it. */
void tpl_expect(struct tpl_parser *parser, enum tpl_token_kind kind, const char *text);
_Noreturn void tpl_unexpected(const struct tpl_parser *parser);

#endif
