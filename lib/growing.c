/* A text that grows: see growing.h. */
#include "growing.h"

#include "effort.h"
#include "err.h"
#include <string.h>

bool growing_add(struct growing *to, const char *s, size_t length)
{
	if (length > GROWING_MOST - to->length) {
		to->over = true;
		return false;
	}
	if (to->length + length + 1 > to->room) {
		to->room = 2 * (to->length + length) + 32;
		to->s = xrealloc(to->s, to->room);
	}
	memcpy(to->s + to->length, s, length);
	to->length += length;
	to->s[to->length] = '\0';
	return true;
}

bool growing_text(struct growing *to, const char *s)
{
	return growing_add(to, s, strlen(s));
}

bool growing_char(struct growing *to, char c)
{
	return growing_add(to, &c, 1);
}

char *growing_take(struct growing *to)
{
	char *s = to->s ? to->s : xstrdup("");

	if (to->over)
		refuse(effort_object(), "what comes of one of its instructions is too long");
	*to = (struct growing){0};
	return s;
}
