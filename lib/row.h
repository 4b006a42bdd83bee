/*
 * A line of output as it grows. There is one.
 */
#ifndef ROW_H
#define ROW_H

#include <stddef.h>

void row_char(char c);

/* As text_field() writes it. */
void row_text(const char *s);

/* How many bytes it has. */
size_t row_length(void);

/* What it is, which the caller frees; the next one begins empty. */
char *row_take(void);

#endif
