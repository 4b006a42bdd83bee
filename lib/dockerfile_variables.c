/* What stands behind a `$`: see dockerfile_lexer.h. */
#define _GNU_SOURCE
#include "dockerfile_lexer.h"

#include "err.h"
#include "io.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* $1, $12 and $? are names too, of what is never set. */
static char *take_name(struct lexer *l)
{
	const char *from = l->at;

	if (isdigit((unsigned char)*l->at))
		l->at += strspn(l->at, "0123456789");
	else if (*l->at && strchr("@*#?-$!", *l->at))
		l->at++;
	else
		while (isalnum((unsigned char)*l->at) || *l->at == '_')
			l->at++;
	return strndup(from, (size_t)(l->at - from));
}

static const char *value_of(struct lexer *l, const char *name)
{
	return l->words->value ? l->words->value(l->words->of, name) : NULL;
}

static char *with_default(struct lexer *l, char op, bool colon, const char *name, char *word)
{
	const char *value = value_of(l, name);
	bool set = value && (*value || !colon);
	static char why[256];

	if (op == '-')
		return xstrdup(set ? value : word);
	if (op == '+')
		return xstrdup(set ? word : "");
	if (!set) {
		(void)snprintf(why, sizeof(why), "%s: %s", name,
		               *word   ? word
		               : value ? "is not allowed to be empty"
		                       : "is not allowed to be unset");
		lexer_wrong(l, why);
	}
	return xstrdup(set ? value : "");
}

/* ${name OP ...}: at the operator. */
static char *operated(struct lexer *l, const char *name)
{
	bool keep = l->words->how & WORDS_KEEP_UNSET && !value_of(l, name);
	const char *from = l->at;
	bool colon = *l->at == ':';
	char op = l->at[colon], *result = NULL;

	if (!op)
		return lexer_wrong(l, "a } is missing"), NULL;
	if (!strchr(colon ? "-+?" : "-+?#%/", op))
		return lexer_wrong(l, "an operator in ${} is unknown"), NULL;
	l->at += colon + 1;
	bool pattern = strchr("#%/", op), twice = pattern && *l->at == op;
	l->at += twice;
	FREED char *word = lexer_until(l, op == '/' ? '/' : '}', pattern);
	FREED char *replacement = op == '/' && !l->why ? lexer_until(l, '}', true) : NULL;
	if (l->why)
		return NULL;
	if (keep)
		return xprintf("${%s%.*s", name, (int)(l->at - from), from);
	if (!pattern)
		return with_default(l, op, colon, name, word);
	const char *value = value_of(l, name);
	const char *why = words_pattern(op, twice, word, replacement ?: "", value ?: "", &result);
	if (why)
		lexer_wrong(l, why);
	return result;
}

char *lexer_dollar(struct lexer *l)
{
	bool brace = *l->at == '{';

	l->at += brace;
	if (brace && (!*l->at || strchr("{}:", *l->at)))
		return lexer_wrong(l, *l->at ? "${ without a name" : "a } is missing"), NULL;
	FREED char *name = take_name(l);
	if (!brace && !*name)
		return xstrdup("$");
	if (brace && *l->at != '}')
		return operated(l, name);
	l->at += brace;
	const char *value = value_of(l, name);
	if (!value && l->words->how & WORDS_KEEP_UNSET)
		return xprintf(brace ? "${%s}" : "$%s", name);
	return xstrdup(value ?: "");
}
