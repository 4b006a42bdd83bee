/*
 * A text that grows at its end, up to a limit: what expands by itself must not eat the machine.
 */
#ifndef GROWING_H
#define GROWING_H

#include <stdbool.h>
#include <stddef.h>

enum { GROWING_MOST = 4 << 20 };

struct growing { /* {0} is an empty one */
	char *s; /* ends in a NUL once something was added; the caller frees it */
	size_t length, room;
	bool over; /* something was not added */
};

/* False, with nothing added, when there would be more than GROWING_MOST bytes. fail()s. */
bool growing_add(struct growing *to, const char *s, size_t length);
bool growing_text(struct growing *to, const char *s);
bool growing_char(struct growing *to, char c);

/*
 * The text, never NULL; to is an empty one again. The caller frees it. refuse()s a text that lacks
 * something: who evaluates it, or compares it, would take its beginning for another one.
 */
char *growing_take(struct growing *to);

#endif
