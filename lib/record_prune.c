/* Removing what was left: see record.h. */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "names.h"
#include "record.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static bool prune_exited;

/* Whatever is in containers/ and is not to be there. The id is told of what is removed: other
 * things are named after it. */
static int prune_entry(int store, const char *entry)
{
	struct record record;
	const char *id = entry;
	int failed;

	if (!strncmp(entry, ".new-", 5) && id_is_valid(id = entry + 5)) {
		if (!record_clear_new(store, id))
			return 0;
		failed = 0;
	} else if (!strncmp(entry, ".gone-", 6) && id_is_valid(id = entry + 6)) {
		const char *path = record_path(".gone-", id, NULL);

		failed = remove_tree(store, path);
		if (failed)
			complain(store_file(path), "remove");
	} else if (prune_exited && id_is_valid(id) && record_load(store, id, &record) &&
	           (!strcmp(record.status, "exited") || !strcmp(record.status, "dead"))) {
		failed = record_remove(store, id, false);
	} else {
		return 0;
	}
	if (!failed)
		puts(id);
	return failed;
}

static int prune_name(int store, const char *entry)
{
	name_clear_stale(store, entry);
	return 0;
}

static int each_entry(int store, const char *directory, int (*act)(int store, const char *entry))
{
	int fd = openat(store, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), failed = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && (store < 0 || errno == ENOENT))
		return 0;
	if (!dir)
		fail(store_file(directory), "open");
	for (struct dirent *entry; (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			failed |= act(store, entry->d_name);
	(void)closedir(dir);
	return failed;
}

int record_prune(int store, bool exited)
{
	prune_exited = exited;
	int failed = each_entry(store, "containers", prune_entry);

	/* Afterwards: the names of those that were half-made are stale only now. */
	return each_entry(store, "names", prune_name) || failed ? -1 : 0;
}
