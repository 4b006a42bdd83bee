/* Words of a Dockerfile, told apart: see dockerfile_words.h. */
#define _GNU_SOURCE
#include "dockerfile_words.h"

#include "err.h"
#include "growing.h"
#include <ctype.h>
#include <string.h>

/* Behind the word that begins at s. An escape at the end escapes nothing. */
static const char *word_end(const char *s, char escape)
{
	char quote = 0;

	for (; *s && (quote || !isspace((unsigned char)*s)); s++) {
		if (*s == escape && s[1] && quote != '\'')
			s++;
		else if (quote ? *s == quote : *s == '"' || *s == '\'')
			quote = quote ? 0 : *s;
	}
	return s;
}

struct list words_split(const char *text, char escape)
{
	struct list words = {0};

	for (;;) {
		while (isspace((unsigned char)*text))
			text++;
		if (!*text)
			return words;
		const char *end = word_end(text, escape);
		list_add(&words, strndup(text, (size_t)(end - text)));
		text = end;
	}
}

struct list words_split_blanks(const char *text)
{
	static const char blanks[] = " \t\v\f\r";
	struct list words = {0};

	for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
		size_t length = strcspn(text, blanks);

		list_add(&words, strndup(text, length));
		text += length;
	}
	return words;
}

char *words_trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

const char *words_unquote(const char *text, char **result)
{
	static const struct words plain = {.escape = '\\', .how = WORDS_NO_VARIABLES};

	return words_expand(&plain, text, result, NULL);
}

json_t *words_json(const char *text, bool *others)
{
	json_t *array = *text == '[' ? json_loads(text, 0, NULL) : NULL, *one;
	size_t i;

	if (others)
		*others = false;
	json_array_foreach(array, i, one)
	{
		if (json_is_string(one))
			continue;
		if (others)
			*others = true;
		json_decref(array);
		return NULL;
	}
	return array;
}
