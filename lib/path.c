/* Paths as text: see path.h. */
#define _GNU_SOURCE
#include "path.h"

#include "err.h"
#include <stdbool.h>
#include <string.h>

const char *path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_join(const char *base, const char *name)
{
	return xprintf("%s%s%s", base, *base ? "/" : "", name);
}

char *path_clean(const char *path)
{
	char *clean = xalloc(strlen(path) + 2), *end = clean;
	char *floor = clean; /* what stands before it is not taken back by `..` */

	if (*path == '/')
		*end++ = '/', floor = end;
	for (size_t length; *path; path += length + (path[length] == '/')) {
		length = strcspn(path, "/");
		bool up = length == 2 && path[0] == '.' && path[1] == '.';

		if (length == 0 || (length == 1 && *path == '.'))
			continue;
		if (up && end > floor) {
			while (end > floor && *--end != '/')
				;
			continue;
		}
		if (up && *clean == '/')
			continue;
		if (end > clean && end[-1] != '/')
			*end++ = '/';
		end = mempcpy(end, path, length);
		if (up)
			floor = end;
	}
	if (end == clean)
		*end++ = '.';
	*end = '\0';
	return clean;
}
