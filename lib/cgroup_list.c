/* The cgroups below another one: see cgroup_list.h. */
#define _GNU_SOURCE
#include "cgroup_list.h"

#include "directory.h"
#include "err.h"
#include "io.h"
#include "text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20 };

/* Of the cgroup `name` and all below; one that is removed meanwhile has none. */
static size_t count_processes(int above, const char *name)
{
	CLOSED int dir = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int again = dir < 0 ? -1 : dup(dir);
	DIR *entries = again < 0 ? NULL : fdopendir(again);
	FREED char *processes = dir < 0 ? NULL : read_file(dir, "cgroup.procs", MOST_BYTES, NULL);
	size_t count = 0;

	for (const char *at = processes; at && (at = strchr(at, '\n')); at++)
		count++;
	for (struct dirent *entry; entries && (entry = readdir(entries));)
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			count += count_processes(dir, entry->d_name);
	if (entries)
		(void)closedir(entries);
	return count;
}

/* Add to `names` those that this hierarchy has. */
static void add_names(const struct hierarchy *h, struct list *names)
{
	int again = openat(h->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = again < 0 ? NULL : fdopendir(again);

	if (!entries)
		fail(h->mount, "read the cgroup in");
	for (struct dirent *entry; (entry = readdir(entries));)
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			list_add(names, xstrdup(entry->d_name));
	(void)closedir(entries);
}

static void print_one(const struct cgroup *cg, const char *name)
{
	size_t most = 0; /* the same processes are in all hierarchies, or in some of them */

	for (const struct hierarchy *h = cg->in; h < cg->in + cg->count; h++) {
		size_t count = h->dir < 0 ? 0 : count_processes(h->dir, name);

		most = count > most ? count : most;
	}
	text_field(name);
	printf("\t%zu\n", most);
}

void cg_list(struct cgroup *cg)
{
	struct list names = {0};

	for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++) {
		FREED char *path = xprintf("%s/%s", h->mount, cg->path);

		h->dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (h->dir < 0 && errno != ENOENT)
			fail(cg->path, "open %s", path);
		if (h->dir >= 0)
			add_names(h, &names);
	}
	list_sort(&names);
	for (size_t i = 0; i < names.count; i++)
		if (!i || strcmp(names.at[i - 1], names.at[i]) != 0)
			print_one(cg, names.at[i]);
	list_free(&names);
}
