/*
 * Patterns for paths, as Go's filepath.Match() has them: `*` is any text without a slash, `?` any
 * character but a slash, `[a-z]` and `[^a-z]` one of a class or not, `\` takes the meaning from the
 * next character. Characters are those of UTF-8; a byte that is none counts as one.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>

struct pattern;

/*
 * deep: as in .dockerignore, `**` stands for any number of directories. NULL: it is malformed. The
 * caller frees it with pattern_free().
 */
struct pattern *pattern_compile(const char *text, bool deep);
void pattern_free(struct pattern *pattern);

/* Does it match all of the text? In time that is no more than the product of their lengths. */
bool pattern_matches(struct pattern *pattern, const char *text);

/* Is there anything in it that matches more than itself? `\` alone is none. */
bool pattern_is_one(const char *text);

#endif
