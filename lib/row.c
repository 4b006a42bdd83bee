/* A line of output: see row.h. */
#include "row.h"

#include "err.h"
#include <string.h>

static struct {
	char *at;
	size_t used, room;
} row;

static void put_bytes(const char *bytes, size_t length)
{
	if (row.room - row.used < length)
		row.at = xrealloc(row.at, row.room = 2 * (row.room + length));
	memcpy(row.at + row.used, bytes, length);
	row.used += length;
}

void row_char(char c)
{
	put_bytes(&c, 1);
}

void row_text(const char *s)
{
	for (;;) {
		size_t plain = 0; /* mostly it is as it is */

		while ((unsigned char)s[plain] >= ' ' && s[plain] != 127 && s[plain] != '\\')
			plain++;
		put_bytes(s, plain);
		s += plain;
		if (!*s)
			return;
		unsigned char c = (unsigned char)*s++;
		put_bytes((char[]){'\\', (char)('0' + (c >> 6)), (char)('0' + (c >> 3 & 7)),
		                   (char)('0' + (c & 7))},
		          4);
	}
}

size_t row_length(void)
{
	return row.used;
}

char *row_take(void)
{
	row_char('\0');
	char *text = memcpy(xalloc(row.used), row.at, row.used);
	row.used = 0;
	return text;
}
