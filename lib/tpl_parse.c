/* Blocks of templates: see tpl_parse.h. */
#define _GNU_SOURCE
#include "tpl_parse.h"

#include <string.h>

static struct tpl_node *read_nodes(struct tpl_parser *parser);

bool tpl_is(const struct tpl_parser *parser, enum tpl_token_kind kind, const char *text)
{
	const struct tpl_token *token = &parser->lexer.token;

	return token->kind == kind && token->length == strlen(text) &&
	       !strncmp(token->at, text, token->length);
}

void tpl_unexpected(const struct tpl_parser *parser)
{
	const struct tpl_token *token = &parser->lexer.token;

	if (token->kind == TOKEN_END)
		tpl_fault(parser->lexer.template, token->at, "unexpected end of the template");
	tpl_fault(parser->lexer.template, token->at, "unexpected %.*s", (int)token->length,
	          token->at);
}

void tpl_expect(struct tpl_parser *parser, enum tpl_token_kind kind, const char *text)
{
	const struct tpl_token *token = &parser->lexer.token;

	if (kind == TOKEN_CLOSE ? token->kind != kind : !tpl_is(parser, kind, text))
		tpl_unexpected(parser);
	tpl_next(&parser->lexer);
}

void tpl_go_deeper(struct tpl_parser *parser)
{
	if (++parser->depth > TPL_DEPTH)
		tpl_fault(parser->lexer.template, parser->lexer.token.at, "nested too deeply");
}

/* What comes behind {{else; the {{end}} is of both. */
static struct tpl_node *read_else(struct tpl_parser *parser, enum tpl_node_kind kind);

/* At the pipeline of a block, up to and behind its {{end}}. */
static void read_block(struct tpl_parser *parser, struct tpl_node *node)
{
	size_t seen = parser->variables.count;
	bool dot_is_row = parser->dot_is_row;
	bool is_loop = node->kind == NODE_RANGE;

	tpl_go_deeper(parser);
	node->pipe = tpl_parse_pipe(parser, is_loop);
	tpl_expect(parser, TOKEN_CLOSE, "");
	parser->loops += is_loop;
	parser->dot_is_row &= node->kind == NODE_IF;
	node->body = read_nodes(parser);
	parser->loops -= is_loop;
	parser->dot_is_row = dot_is_row;
	if (tpl_is(parser, TOKEN_NAME, "else")) {
		node->otherwise = read_else(parser, node->kind);
	} else {
		tpl_expect(parser, TOKEN_NAME, "end");
		tpl_expect(parser, TOKEN_CLOSE, "");
	}
	parser->variables.count = seen;
	parser->depth--;
}

static struct tpl_node *read_else(struct tpl_parser *parser, enum tpl_node_kind kind)
{
	struct tpl_node *node;

	tpl_next(&parser->lexer);
	if ((kind == NODE_IF && tpl_is(parser, TOKEN_NAME, "if")) ||
	    (kind == NODE_WITH && tpl_is(parser, TOKEN_NAME, "with"))) {
		node = xalloc(sizeof(*node));
		node->kind = kind;
		node->at = parser->lexer.token.at;
		tpl_next(&parser->lexer);
		read_block(parser, node);
		return node;
	}
	tpl_expect(parser, TOKEN_CLOSE, "");
	node = read_nodes(parser);
	tpl_expect(parser, TOKEN_NAME, "end");
	tpl_expect(parser, TOKEN_CLOSE, "");
	return node;
}

static void read_jump(struct tpl_parser *parser, const char *at)
{
	if (!parser->loops)
		tpl_fault(parser->lexer.template, at, "not in a {{range}}");
	tpl_expect(parser, TOKEN_CLOSE, "");
}

static void read_action(struct tpl_parser *parser, struct tpl_node *node)
{
	static const struct {
		const char *name;
		enum tpl_node_kind kind;
	} words[] = {
	        {"if",       NODE_IF      },
                {"with",     NODE_WITH    },
                {"range",    NODE_RANGE   },
	        {"break",    NODE_BREAK   },
                {"continue", NODE_CONTINUE},
	};

	node->at = parser->lexer.token.at;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!tpl_is(parser, TOKEN_NAME, words[i].name))
			continue;
		node->kind = words[i].kind;
		tpl_next(&parser->lexer);
		if (node->kind == NODE_BREAK || node->kind == NODE_CONTINUE)
			read_jump(parser, node->at);
		else
			read_block(parser, node);
		return;
	}
	node->pipe = tpl_parse_pipe(parser, false);
	node->kind = node->pipe->slot_count ? NODE_SET : NODE_PRINT;
	tpl_expect(parser, TOKEN_CLOSE, "");
}

/* Up to the end of the template, or the `else` or `end` in an action. */
static struct tpl_node *read_nodes(struct tpl_parser *parser)
{
	struct tpl_node *first = NULL, **last = &first;
	const struct tpl_token *token = &parser->lexer.token;

	while (token->kind != TOKEN_END) {
		bool is_text = token->kind == TOKEN_TEXT;

		if (!is_text) {
			tpl_next(&parser->lexer);
			if (tpl_is(parser, TOKEN_NAME, "else") || tpl_is(parser, TOKEN_NAME, "end"))
				break;
		}
		struct tpl_node *node = *last = xalloc(sizeof(*node));
		last = &node->next;
		if (is_text) {
			node->kind = NODE_TEXT;
			node->at = token->value.text.at;
			node->length = token->value.text.length;
			tpl_next(&parser->lexer);
		} else {
			read_action(parser, node);
		}
	}
	return first;
}

struct tpl *tpl_read(const char *text, const struct tpl_rules *rules)
{
	struct tpl *tpl = xalloc(sizeof(*tpl));
	struct tpl_parser parser = {
	        .lexer = {.template = text, .next = text, .listing = rules->listing},
	        .rules = rules,
	        .slots = xalloc(sizeof(size_t)),
	        .slot_count = 1,
	        .dot_is_row = true,
	};

	list_add(&parser.variables, xstrdup("$"));
	tpl_next(&parser.lexer);
	tpl->nodes = read_nodes(&parser);
	if (parser.lexer.token.kind != TOKEN_END)
		tpl_unexpected(&parser);
	tpl->rules = rules;
	tpl->text = text;
	tpl->slot_count = parser.slot_count;
	tpl->slots = xalloc(tpl->slot_count * sizeof(*tpl->slots));
	return tpl;
}
