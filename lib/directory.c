/* The names in a directory: see directory.h. */
#define _GNU_SOURCE
#include "directory.h"

#include "err.h"
#include "io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void list_sort(struct list *list)
{
	if (list->count)
		qsort(list->at, list->count, sizeof(*list->at), by_text);
}

void list_free(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->at[i]);
	free(list->at);
	*list = (struct list){0};
}

struct list directory_list(int dir, const char *object)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	struct list names = {0};

	if (!entries)
		fail(object, "read");
	errno = 0;
	for (struct dirent *entry; (entry = readdir(entries));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			list_add(&names, xstrdup(entry->d_name));
	if (errno)
		fail(object, "read");
	(void)closedir(entries);
	list_sort(&names);
	return names;
}

bool directory_has(const struct list *sorted, const char *name)
{
	return sorted->count &&
	       bsearch(&name, sorted->at, sorted->count, sizeof(*sorted->at), by_text);
}
