/*
 * Data put on stdout so that it comes out as it went in: in lines, in JSON, in shell. Errors of
 * stdout are found when it is flushed.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdio.h>

/*
 * For a field of a line: tab, newline, other control characters and backslash as octal escapes,
 * \011, as the kernel writes them in mountinfo and `printf %b` undoes them.
 */
void text_field(const char *s);

/* A JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD: JSON has no way to say
 * them. */
void text_json(const char *s);

/* As text_json(), of so many bytes, NULs among them. */
void text_json_bytes(const char *s, size_t length);
void text_json_to(FILE *out, const char *s, size_t length);

/* How many of the bytes at s the first character has; 0 when it is not UTF-8 (RFC 3629, 4). */
size_t text_character(const char *s, size_t bytes);

/* A copy that is UTF-8, in the same way, for who makes JSON of it; NULL of NULL. The caller frees.
 */
char *text_utf8(const char *s);

/* One word of POSIX shell, in single quotes. */
void text_shell(const char *s);

/* Several words as one: each is quoted in it, so that `eval` makes them of it. Ends in NULL. */
void text_shell_words(char *const *words);

#endif
