/*
 * Words of a Dockerfile: how they are told apart, quoted, and what variables in them stand for.
 * Source: Docker's reference of the Dockerfile, and what BuildKit makes of cases that it leaves
 * open.
 */
#ifndef DOCKERFILE_WORDS_H
#define DOCKERFILE_WORDS_H

#include "opt.h"
#include <jansson.h>

enum {
	WORDS_RAW = 1,          /* quotes and escapes stay in the text */
	WORDS_PLAIN_QUOTES = 2, /* quotes are characters like others: within a heredoc */
	WORDS_NO_VARIABLES = 4, /* `$` is a character like others */
	WORDS_KEEP_UNSET = 8,   /* a variable that is not set stays as it is written */
};

struct words {
	char escape; /* \, or what the directive `escape` says */
	unsigned int how;
	/* The value of a variable, or NULL; may be NULL if there are none. */
	const char *(*value)(void *of, const char *name);
	void *of;
};

/*
 * Take quotes and escapes away, and put values in the place of variables. The result in *result,
 * the words that it then has in *split; either may be NULL, and what is returned is the caller's.
 * Returns NULL, or what is wrong, which is there until the next call.
 */
const char *words_expand(const struct words *words, const char *text, char **result,
                         struct list *split);

/* Split at blanks outside of quotes. Quotes and escapes stay, for words_expand(). */
struct list words_split(const char *text, char escape);

/* Split at blanks, whatever is quoted. */
struct list words_split_blanks(const char *text);

/* Blanks in front and at the end away; in place. */
char *words_trim(char *text);

/* As words_expand(), of what has quotes but no variables, with \ as the escape. */
const char *words_unquote(const char *text, char **result);

/*
 * The array of strings that text is in JSON, which the caller releases; or NULL. *others, if it is
 * not NULL: it is an array, but not all are strings.
 */
json_t *words_json(const char *text, bool *others);

/*
 * What of value matches `pattern` (* ? \* \? \\) taken away, or replaced.
 * op: # in front, % at the end, the shortest; or / anywhere, the first and longest one. twice: the
 * longest, or all. Returns what is wrong, or NULL with the caller's *result.
 */
const char *words_pattern(char op, bool twice, const char *pattern, const char *replacement,
                          const char *value, char **result);

#endif
