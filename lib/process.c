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
	char path[32], text[512];

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	CLOSED int stat = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = stat < 0 ? -1 : read(stat, text, sizeof(text) - 1);
	if (length < 0)
		return 0;
	text[length] = '\0';
	/* The name of the command, in parentheses, may hold anything: count from its end. */
	const char *at = strrchr(text, ')');
	if (!at || strlen(at) < 3 || strchr("ZX", at[2]))
		return 0;
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
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
