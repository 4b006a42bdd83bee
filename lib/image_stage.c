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

int stage_clear(const struct store *store)
{
	int again = openat(store->layers, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), failed = 0;
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	unsigned long long start;
	int owner;

	if (!dir)
		fail(store->root, "read layers");
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (sscanf(entry->d_name, ".new-%d-%llu-", &owner, &start) != 2 ||
		    process_start(owner) == start)
			continue;
		if (remove_tree(store->layers, entry->d_name)) {
			complain(store->root, "remove layers/%s", entry->d_name);
			failed = -1;
		}
	}
	(void)closedir(dir);
	return failed;
}
