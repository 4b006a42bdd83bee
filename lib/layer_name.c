/* Names in an archive: see layer_name.h. */
#define _GNU_SOURCE
#include "layer_name.h"

#include "err.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

char *layer_name(char *name)
{
	char *to = name, *from = name;

	if (*name == '/')
		refuse(layer_object(NULL, name), "an absolute name, which leaves the root");
	if (strlen(name) >= PATH_MAX)
		refuse(layer_object(NULL, name), "the name is longer than %d", PATH_MAX);
	while (*from) {
		size_t length = strcspn(from, "/");

		if (length == 2 && strncmp(from, "..", 2) == 0)
			refuse(layer_object(NULL, name), "the name leaves the root by '..'");
		if (length && !(length == 1 && *from == '.')) {
			if (to != name)
				*to++ = '/';
			memmove(to, from, length);
			to += length;
		}
		from += length + (from[length] == '/');
	}
	*to = '\0';
	return name;
}

bool layer_name_is_whiteout(const char *name)
{
	return strncmp(name, ".wh.", 4) == 0 || strstr(name, "/.wh.");
}

const char *layer_object(const char *path, const char *name)
{
	static char text[1200];
	char *at = text, *end = text + sizeof(text) - sizeof("\\000...");

	if (path)
		at += snprintf(text, sizeof(text) / 2, "%s%s", path, *name ? "/" : "");
	if (at > text + sizeof(text) / 2)
		at = text + sizeof(text) / 2 - 1;
	for (; *name && at < end; name++) {
		unsigned char c = (unsigned char)*name;

		if (c < ' ' || c == 0x7f)
			at += sprintf(at, "\\%03o", c); /* NOLINT: there is room for that */
		else
			*at++ = *name;
	}
	(void)strcpy(at, *name ? "..." : "");
	return text;
}
