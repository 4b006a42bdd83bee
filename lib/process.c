/* Which process is meant: see process.h. */
#define _GNU_SOURCE
#include "process.h"

#include "err.h"
#include "io.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

unsigned long long process_start(pid_t pid)
{
	char path[32];
	unsigned long long start = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FREED char *stat = read_file(AT_FDCWD, path, 4096, NULL);
	/* The name of the command, in parentheses, may hold anything: count from its end. */
	const char *at = stat ? strrchr(stat, ')') : NULL;
	if (!at || strlen(at) < 3 || strchr("ZX", at[2]))
		return 0;
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		(void)sscanf(at, "%llu", &start);
	return start;
}

char *boot_id(void)
{
	const char *path = "/proc/sys/kernel/random/boot_id";
	char *id = read_file(AT_FDCWD, path, 64, NULL);

	if (!id)
		fail(path, "read");
	id[strcspn(id, "\n")] = '\0';
	return id;
}
