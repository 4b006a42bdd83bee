/* Which process is meant: see process.h. */
#define _GNU_SOURCE
#include "process.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { STATE = 3, THREADS = 20, START = 22 }; /* fields of /proc/PID/stat */

/* `text` begins with a blank and field 3. */
static const char *field(const char *text, int number)
{
	for (int at = STATE; text && at < number; at++)
		text = strchr(text + 1, ' ');
	return text ? text + 1 : "";
}

pid_t process_id(const char *text)
{
	uint64_t pid;

	if (num_parse(text, INT32_MAX, &pid) || !pid)
		usage_error("%s: not a process id", text);
	return (pid_t)pid;
}

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
	const char *end = strrchr(text, ')');
	if (!end || end[1] != ' ')
		return 0;
	char state = *field(end + 1, STATE);
	/* A first thread that has ended is a zombie as long as there are others. */
	if (state == 'X' || (state == 'Z' && strtoul(field(end + 1, THREADS), NULL, 10) < 2))
		return 0;
	return strtoull(field(end + 1, START), NULL, 10);
}

static uint64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

uint64_t deadline_in(uint64_t nano)
{
	return nano / 1000000 > INT_MAX ? UINT64_MAX : now() + nano;
}

bool process_ends(int process, uint64_t deadline)
{
	struct pollfd end = {.fd = process, .events = POLLIN};
	int ready;

	do {
		uint64_t time = deadline == UINT64_MAX ? 0 : now();
		uint64_t left = deadline > time ? deadline - time : 0;

		ready = poll(&end, 1,
		             deadline == UINT64_MAX ? -1 : (int)((left + 999999) / 1000000));
	} while (ready < 0 && errno == EINTR);
	return ready != 0;
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
