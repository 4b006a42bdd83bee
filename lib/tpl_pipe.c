/* What stands in an action: see tpl_parse.h. */
#define _GNU_SOURCE
#include "tpl_parse.h"

#include <string.h>

#define TOKEN(parser) (&(parser)->lexer.token)

static void declare(struct tpl_parser *parser, const struct tpl_token *name, size_t slot)
{
	struct list *variables = &parser->variables;

	list_add(variables, xprintf("%.*s", (int)name->length, name->at));
	parser->slots = xrealloc(parser->slots, variables->count * sizeof(*parser->slots));
	parser->slots[variables->count - 1] = slot;
}

/* The last one of that name. */
static size_t find_variable(struct tpl_parser *parser, const struct tpl_token *name)
{
	for (size_t i = parser->variables.count; i-- > 0;)
		if (strlen(parser->variables.at[i]) == name->length &&
		    !strncmp(parser->variables.at[i], name->at, name->length))
			return parser->slots[i];
	tpl_fault(parser->lexer.template, name->at, "undefined variable \"%.*s\"",
	          (int)name->length, name->at);
}

/* `$a, $b :=` or `$a =` in front of a pipeline; 0 where there is none. */
static size_t read_names(struct tpl_parser *parser, bool is_range, struct tpl_token names[2],
                         bool *is_new)
{
	struct tpl_lexer start = parser->lexer;
	size_t count = 0;

	while (TOKEN(parser)->kind == TOKEN_VARIABLE) {
		names[count++] = *TOKEN(parser);
		tpl_next(&parser->lexer);
		*is_new = TOKEN(parser)->kind == TOKEN_DECLARE;
		if (*is_new || tpl_is(parser, TOKEN_SIGN, "=")) {
			tpl_next(&parser->lexer);
			return count;
		}
		if (count == 2 || !is_range || !tpl_is(parser, TOKEN_SIGN, ","))
			break;
		tpl_next(&parser->lexer);
	}
	parser->lexer = start; /* they are values */
	return 0;
}

static size_t find_field(struct tpl_parser *parser, const struct tpl_token *name)
{
	const struct tpl_fields *fields = parser->rules->fields;
	char *known = xstrdup("");

	for (size_t i = 0; i < fields->count; i++) {
		if (strlen(fields->names[i]) == name->length - 1 &&
		    !strncmp(fields->names[i], name->at + 1, name->length - 1))
			return i;
		known = xprintf("%s%s.%s", known, i ? " " : "", fields->names[i]);
	}
	tpl_fault(parser->lexer.template, name->at,
	          "{{%.*s}}: there is no such field (there are: %s)", (int)name->length, name->at,
	          known);
}

static void read_chain(struct tpl_parser *parser, struct tpl_chain *chain)
{
	const struct tpl_token *token = TOKEN(parser);

	do {
		list_add(&chain->names, xprintf("%.*s", (int)token->length - 1, token->at + 1));
		chain->at = xrealloc(chain->at, chain->names.count * sizeof(*chain->at));
		chain->at[chain->names.count - 1] = token->at;
		tpl_next(&parser->lexer);
	} while (token->kind == TOKEN_FIELD && !token->spaced);
}

static void read_name(struct tpl_parser *parser, struct tpl_term *term)
{
	const struct tpl_token *token = TOKEN(parser);

	term->kind = TERM_VALUE;
	if (tpl_is(parser, TOKEN_NAME, "true") || tpl_is(parser, TOKEN_NAME, "false")) {
		term->value = tpl_truth(token->length == strlen("true"));
	} else if (tpl_is(parser, TOKEN_NAME, "nil")) {
		term->value = (struct tpl_value){.kind = TPL_NULL};
	} else {
		term->kind = TERM_FUNCTION;
		term->function = tpl_find_function(token->at, token->length);
		if (!term->function)
			tpl_fault(parser->lexer.template, token->at,
			          "function \"%.*s\" not defined", (int)token->length, token->at);
	}
	tpl_next(&parser->lexer);
}

static void read_parentheses(struct tpl_parser *parser, struct tpl_term *term)
{
	term->kind = TERM_PIPE;
	tpl_go_deeper(parser);
	tpl_next(&parser->lexer);
	term->pipe = tpl_parse_pipe(parser, false);
	tpl_expect(parser, TOKEN_SIGN, ")");
	parser->depth--;
}

/* A field of the row is found now, not for every row. */
static void read_field(struct tpl_parser *parser, struct tpl_term *term)
{
	const struct tpl_token *token = TOKEN(parser);

	term->kind = TERM_DOT;
	if (!parser->rules->fields || !parser->dot_is_row) {
		read_chain(parser, &term->chain);
		return;
	}
	term->kind = TERM_FIELD;
	term->number = find_field(parser, token);
	tpl_next(&parser->lexer);
}

static void read_variable(struct tpl_parser *parser, struct tpl_term *term)
{
	const struct tpl_token *token = TOKEN(parser);

	term->kind = TERM_VARIABLE;
	term->number = find_variable(parser, token);
	tpl_next(&parser->lexer);
	if (term->number || !parser->rules->fields || token->kind != TOKEN_FIELD || token->spaced)
		return;
	term->kind = TERM_FIELD;
	term->number = find_field(parser, token);
	tpl_next(&parser->lexer);
}

static void read_term(struct tpl_parser *parser, struct tpl_term *term)
{
	const struct tpl_token *token = TOKEN(parser);

	term->at = token->at;
	if (token->kind == TOKEN_FIELD) {
		read_field(parser, term);
	} else if (token->kind == TOKEN_VARIABLE) {
		read_variable(parser, term);
	} else if (token->kind == TOKEN_NAME) {
		read_name(parser, term);
	} else if (tpl_is(parser, TOKEN_SIGN, "(")) {
		read_parentheses(parser, term);
	} else if (token->kind == TOKEN_VALUE) {
		term->kind = TERM_VALUE;
		term->value = token->value;
		tpl_next(&parser->lexer);
	} else if (token->kind == TOKEN_DOT) {
		term->kind = TERM_DOT;
		tpl_next(&parser->lexer);
	} else {
		tpl_unexpected(parser);
	}
	if (token->kind == TOKEN_FIELD && !token->spaced && term->kind != TERM_VALUE &&
	    term->kind != TERM_FUNCTION)
		read_chain(parser, &term->chain);
}

static struct tpl_command *read_command(struct tpl_parser *parser)
{
	struct tpl_command *command = xalloc(sizeof(*command));
	const struct tpl_token *token = TOKEN(parser);
	const char *start = token->at;

	while (token->kind != TOKEN_CLOSE && !tpl_is(parser, TOKEN_SIGN, "|") &&
	       !tpl_is(parser, TOKEN_SIGN, ")")) {
		if (command->count && !token->spaced)
			tpl_unexpected(parser);
		/* One is left for what a pipeline adds. */
		if (command->count == TPL_ARGUMENTS - 1)
			tpl_fault(parser->lexer.template, token->at, "too many arguments");
		read_term(parser, &command->terms[command->count++]);
	}
	const struct tpl_term *first = command->terms;
	if (!command->count)
		tpl_fault(parser->lexer.template, start, "missing value for command");
	if (command->count == 1 && first->kind == TERM_VALUE && first->value.kind == TPL_NULL)
		tpl_fault(parser->lexer.template, start, "nil is not a command");
	if (command->count > 1 && first->kind != TERM_FUNCTION)
		tpl_fault(parser->lexer.template, start,
		          "what has arguments, or is piped to, is not a function");
	return command;
}

struct tpl_pipe *tpl_parse_pipe(struct tpl_parser *parser, bool is_range)
{
	struct tpl_pipe *pipe = xalloc(sizeof(*pipe));
	struct tpl_token names[2];
	bool is_new = false, more;

	pipe->at = TOKEN(parser)->at;
	pipe->slot_count = read_names(parser, is_range, names, &is_new);
	do {
		struct tpl_command *command = read_command(parser);

		if (pipe->count && command->terms[0].kind != TERM_FUNCTION)
			tpl_fault(parser->lexer.template, command->terms[0].at,
			          "non executable command in pipeline stage %zu", pipe->count + 1);
		pipe->commands =
		        xrealloc(pipe->commands, (pipe->count + 1) * sizeof(struct tpl_command *));
		pipe->commands[pipe->count++] = command;
		more = tpl_is(parser, TOKEN_SIGN, "|");
		if (more)
			tpl_next(&parser->lexer);
	} while (more);
	/* Not earlier: in `$x := $x` the one behind is the one that was. */
	for (size_t i = 0; i < pipe->slot_count; i++) {
		pipe->slots[i] = is_new ? parser->slot_count++ : find_variable(parser, &names[i]);
		if (is_new)
			declare(parser, &names[i], pipe->slots[i]);
	}
	return pipe;
}
