/* Layers in the making: see image_make.h. */
#define _GNU_SOURCE
#include "image_make.h"

#include "io.h"
#include "ns.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

char *stage_make(const struct store *store, pid_t owner)
{
	unsigned long long start = process_start(owner);
	char name[64];
	uint32_t random;

	if (!start)
		refuse(NULL, "--owner: %d: there is no such process", owner);
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		fail(NULL, "getrandom");
	(void)snprintf(name, sizeof(name), ".new-%d-%llu-%08x", owner, start, random);
	if (mkdirat(store->layers, name, 0700))
		fail(store->root, "mkdir layers/%s", name);
	return xprintf("%s/layers/%s", store->root, name);
}

void stage_check(const struct store *store, const char *directory)
{
	const char *name = strrchr(directory, '/');
	FREED char *path = xprintf("%s/layers%s", store->root, name ? name : "");

	if (!name || strncmp(name, "/.new-", 6) != 0 || strcmp(path, directory) != 0)
		refuse(directory, "not a directory that 'stage' has made in this store");
}

/*
 * The first step is a rename, so that nobody can make a layer of what is half deleted: who adds one
 * renames it, too, and one of both comes first.
 */
static int clear(const struct store *store, const char *name)
{
	FREED char *dead = xprintf("%s%s", LAYER_DEAD, name);

	if (renameat(store->layers, name, store->layers, dead))
		return errno == ENOENT ? 0 : -1;
	return remove_tree(store->layers, dead);
}

int stage_clear(const struct store *store)
{
	int again = openat(store->layers, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), failed = 0;
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	unsigned long long start;
	int owner;

	if (!dir && store->layers < 0)
		return 0;
	if (!dir)
		fail(store->root, "read layers");
	for (struct dirent *entry; (entry = readdir(dir));) {
		const char *name = entry->d_name;
		bool new = sscanf(name, ".new-%d-%llu-", &owner, &start) == 2 &&
		           process_start(owner) != start;
		bool dead = !strncmp(name, LAYER_DEAD, strlen(LAYER_DEAD));

		if (dead ? remove_tree(store->layers, name) : new ? clear(store, name) : 0) {
			complain(store->root, "remove layers/%s", name);
			failed = -1;
		}
	}
	(void)closedir(dir);
	return failed;
}
