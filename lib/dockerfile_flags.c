/* Flags of instructions, --name=value, and the fields of mounts: see dockerfile.h. */
#define _GNU_SOURCE
#include "dockerfile.h"

#include "growing.h"
#include "io.h"
#include <ctype.h>
#include <string.h>

/* The word at *rest without its quotes and backslashes. */
static char *take_flag(char **rest)
{
	struct growing word = {0};
	char quote = 0, *s = *rest;

	for (; *s && (quote || !isspace((unsigned char)*s)); s++) {
		if (quote ? *s == quote : *s == '"' || *s == '\'') {
			quote = quote ? 0 : *s;
			continue;
		}
		if (*s == '\\' && !*++s)
			break;
		(void)growing_char(&word, *s); /* it is shorter than the file */
	}
	*rest = s;
	return growing_take(&word);
}

/* The instruction's flag of that name, in its list: `?` or `*` behind it, a blank, or NULL. */
static const char *allowed(const struct keyword *is, const char *name)
{
	FREED char *padded = xprintf(" %s", name);
	size_t length = strlen(padded);

	for (const char *at = is->flags; at && (at = strstr(at, padded)); at += length)
		if (strchr(" ?*", at[length]) && !strpbrk(name, " ?*"))
			return at + length;
	return NULL;
}

static void add_flag(const struct dockerfile *file, struct instruction *in, char *name)
{
	char *value = strchr(name, '=');

	if (value)
		*value++ = '\0';
	const char *kind = *name ? allowed(in->is, name) : NULL;
	if (!kind)
		dockerfile_bad(file, in, "--%s: no such flag", name);
	if (*kind != '*' && dockerfile_flag(in, name, 0))
		dockerfile_bad(file, in, "--%s: is there twice", name);
	if (*kind == '?' && !value)
		value = xstrdup("true");
	if (!value)
		dockerfile_bad(file, in, "--%s: has no value", name);
	if (*kind == '?' && strcasecmp(value, "true") != 0 && strcasecmp(value, "false") != 0)
		dockerfile_bad(file, in, "--%s: neither true nor false", name);
	in->flags = xrealloc(in->flags, (in->flag_count + 1) * sizeof(*in->flags));
	in->flags[in->flag_count++] = (struct flag){name, value};
}

char *dockerfile_flags(const struct dockerfile *file, struct instruction *in, char *text)
{
	while (!strncmp(text, "--", 2)) {
		char *word = take_flag(&text);

		while (isspace((unsigned char)*text))
			text++;
		if (!strcmp(word, "--"))
			break;
		add_flag(file, in, word + 2);
	}
	return text;
}

const char *dockerfile_flag(const struct instruction *in, const char *name, size_t n)
{
	for (size_t i = 0; i < in->flag_count; i++)
		if (!strcmp(in->flags[i].name, name) && n-- == 0)
			return in->flags[i].value;
	return NULL;
}
