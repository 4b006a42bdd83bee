/* Names of what is saved: see image_save_names.h. */
#define _GNU_SOURCE
#include "image_save_names.h"

#include "io.h"
#include "reference.h"
#include <string.h>

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has_tag(const char *text)
{
	const char *slash = strrchr(text, '/');

	return strchr(slash ? slash : text, ':');
}

struct list save_names(const struct store *store, const char *text)
{
	struct list names = {0};
	struct reference reference, its;
	json_t *entry;
	size_t i;

	if (reference_parse(text, &reference) || *reference.digest)
		return names;
	size_t length = strlen(reference.name);
	json_array_foreach(store_manifests(store), i, entry)
	{
		const char *name = entry_name(entry);

		if (!name || reference_parse(name, &its)) /* what others have named as they like */
			continue;
		if (has_tag(text) ? !strcmp(name, reference_text(&reference))
		                  : !strncmp(name, reference.name, length) && name[length] == ':' &&
		                            !strchr(name + length, '/'))
			list_add(&names, xstrdup(name));
	}
	if (names.count)
		qsort(names.at, names.count, sizeof(*names.at), compare);
	return names;
}

/* As Docker tells a domain from the first part of a path. */
char *reference_full(const char *text)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : 0;

	if (!slash)
		return xprintf("docker.io/library/%s", text);
	if (memchr(text, '.', length) || memchr(text, ':', length) ||
	    (length == 9 && !memcmp(text, "localhost", 9)))
		return xstrdup(text);
	return xprintf("docker.io/%s", text);
}
