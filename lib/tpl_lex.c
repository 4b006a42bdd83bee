/* The words of a template: see tpl_lex.h. */
#define _GNU_SOURCE
#include "tpl_lex.h"

#include <ctype.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* `- ` behind {{ takes the white space in front away; ` -}}` that behind. */
static bool trims(const char *s)
{
	return s[0] == '-' && is_space(s[1]);
}

static void set_token(struct tpl_lexer *lexer, enum tpl_token_kind kind, const char *at,
                      size_t length)
{
	lexer->token.kind = kind;
	lexer->token.at = at;
	lexer->token.length = length;
	lexer->next = at + length;
}

/* Docker's lists have these two outside of strings as well. */
static struct tpl_value with_escapes(const char *s, size_t length)
{
	char *copy = xalloc(length + 1), *to = copy;

	for (const char *end = s + length; s < end; s++) {
		bool is_escape = s[0] == '\\' && s + 1 < end && (s[1] == 't' || s[1] == 'n');

		*to++ = is_escape ? (s[1] == 't' ? '\t' : '\n') : *s;
		s += is_escape;
	}
	return tpl_text(copy, (size_t)(to - copy));
}

/* At the opening of a comment: skip it. False: it is none. */
static bool skip_comment(struct tpl_lexer *lexer, const char *open)
{
	const char *s = open + 2;

	if (trims(s))
		s += 1 + strspn(s + 1, " \t\r\n");
	if (strncmp(s, "/*", 2) != 0)
		return false;
	s = strstr(s, "*/");
	if (!s)
		tpl_fault(lexer->template, open, "unclosed comment");
	s += 2;
	const char *close = s + strspn(s, " \t\r\n");
	lexer->trim = close > s && *close == '-';
	close += lexer->trim;
	if (strncmp(close, "}}", 2) != 0)
		tpl_fault(lexer->template, open, "comment ends before closing delimiter");
	lexer->next = close + 2;
	return true;
}

static void next_outside(struct tpl_lexer *lexer)
{
	const char *start, *open, *end;

	do {
		start = lexer->next + (lexer->trim ? strspn(lexer->next, " \t\r\n") : 0);
		lexer->trim = false;
		open = end = strchrnul(start, '\0');
		const char *found = strstr(start, "{{");
		if (found)
			open = end = found;
		if (*open && trims(open + 2))
			while (end > start && is_space(end[-1]))
				end--;
		if (end > start) {
			set_token(lexer, TOKEN_TEXT, start, (size_t)(end - start));
			lexer->next = open;
			lexer->token.value = lexer->listing ? with_escapes(start, end - start)
			                                    : tpl_text(start, end - start);
			return;
		}
	} while (*open && skip_comment(lexer, open));
	set_token(lexer, *open ? TOKEN_OPEN : TOKEN_END, open, *open ? 2 : 0);
	lexer->inside = *open;
	lexer->next += *open && trims(lexer->next);
}

static bool is_constant(const char *s)
{
	if (*s == '"' || *s == '`' || *s == '\'')
		return true;
	s += *s == '+' || *s == '-';
	s += *s == '.';
	return isdigit((unsigned char)*s);
}

static void next_constant(struct tpl_lexer *lexer, const char *at)
{
	lexer->next = at;
	if (!tpl_read_constant(lexer, &lexer->token.value) || is_name(*lexer->next))
		tpl_fault(lexer->template, at, "bad constant");
	set_token(lexer, TOKEN_VALUE, at, (size_t)(lexer->next - at));
}

static size_t name_length(const char *s)
{
	size_t length = 0;

	while (is_name(s[length]))
		length++;
	return length;
}

static void next_inside(struct tpl_lexer *lexer)
{
	const char *at = lexer->next + strspn(lexer->next, " \t\r\n");

	lexer->token.spaced = at > lexer->next;
	if (!*at)
		tpl_fault(lexer->template, at, "unclosed action");
	if (!strncmp(at, "}}", 2) || (lexer->token.spaced && !strncmp(at, "-}}", 3))) {
		lexer->trim = *at == '-';
		lexer->inside = false;
		set_token(lexer, TOKEN_CLOSE, at, lexer->trim ? 3 : 2);
	} else if (is_constant(at)) {
		next_constant(lexer, at);
	} else if (*at == '.') {
		set_token(lexer, name_length(at + 1) ? TOKEN_FIELD : TOKEN_DOT, at,
		          1 + name_length(at + 1));
	} else if (*at == '$') {
		set_token(lexer, TOKEN_VARIABLE, at, 1 + name_length(at + 1));
	} else if (name_length(at)) {
		set_token(lexer, TOKEN_NAME, at, name_length(at));
	} else if (!strncmp(at, ":=", 2)) {
		set_token(lexer, TOKEN_DECLARE, at, 2);
	} else if (strchr("|(),=", *at)) {
		set_token(lexer, TOKEN_SIGN, at, 1);
	} else {
		tpl_fault(lexer->template, at, "unexpected '%c'", *at);
	}
}

void tpl_next(struct tpl_lexer *lexer)
{
	if (lexer->inside)
		next_inside(lexer);
	else
		next_outside(lexer);
}
