/* What happens to a container's process, as its record tells: see record.h. */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "names.h"
#include "num.h"
#include "process.h"
#include "record.h"
#include "sys.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

char *record_claim(pid_t owner, bool again)
{
	FREED char *boot = boot_id();

	return xprintf("boot\t%s\n%sowner\t%d\nowner_start\t%llu\n", boot,
	               again ? "again\t1\n" : "", owner, process_start(owner));
}

static void load(int store, const char *id, struct record *record)
{
	if (!record_load(store, id, record))
		fail(store_file(record_path("", id, "record")), "read");
}

void record_begin(int store, const char *id, pid_t owner)
{
	struct record record;
	CLOSED int lock = record_lock(store, id);

	load(store, id, &record);
	const char *name = record_value(&record, "name");
	if (!strcmp(record.status, "running") || !strcmp(record.status, "paused"))
		refuse(name, "the container is running");
	if (record.claimed)
		refuse(name, "the container is being started by process %s",
		       record_value(&record, "owner"));
	/* In its place by rename: whoever wrote the old one writes there and not here. */
	char *new = xstrdup(record_path("", id, "run.new"));
	FREED char *claim = record_claim(owner, true);
	record_write_text(store, new, claim);
	if (renameat(store, new, store, record_path("", id, "run")))
		fail(store_file(new), "rename");
}

void record_settle(int store, const char *id)
{
	struct record record;
	CLOSED int lock = record_lock(store, id);
	char line[128];
	struct timespec now;

	load(store, id, &record);
	if (strcmp(record.status, "dead") != 0)
		return;
	CLOSED int run = openat(store, record_path("", id, "run"), O_WRONLY | O_APPEND | O_CLOEXEC);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	int length = snprintf(line, sizeof(line), "finished\t%lld.%09ld\nexit\t%s\n",
	                      (long long)now.tv_sec, now.tv_nsec, record_value(&record, "exit"));
	if (run < 0 || write_all(run, line, (size_t)length))
		fail(store_file(record_path("", id, "run")), "write");
}

void record_rename(int store, const char *id, const char *name)
{
	struct record record;
	char owner[ID_SIZE];

	load(store, id, &record);
	char *old = xstrdup(record_value(&record, "name"));
	if (!strcmp(old, name))
		refuse(name, "that is its name");
	if (!name_take(store, name, id, owner)) {
		if (errno != EEXIST)
			fail(name, "take the name");
		refuse(name, "the name is in use by container %.*s", ID_SHORT, owner);
	}
	struct list pair = {0};
	list_add(&pair, xprintf("name=%s", name));
	record_set(store, id, &pair);
	if (name_release(store, old, id))
		complain(old, "release the name");
}

/* How it ended, from the `run` that was there when we began to wait. */
static int exit_in(int run)
{
	static char text[16384];
	ssize_t length = pread(run, text, sizeof(text) - 1, 0);
	int status = -1;

	text[length < 0 ? 0 : length] = '\0';
	for (const char *line = text; line && *line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		(void)sscanf(line, "exit\t%d\n", &status);
	return status;
}

/* The end of who tells how it ends. false: not within that time. */
static bool wait_for(pid_t pid, unsigned long long start, double seconds)
{
	CLOSED int process = (int)syscall(SYS_pidfd_open, pid, 0);
	int patience = seconds < 0                ? -1
	               : seconds * 1000 > INT_MAX ? INT_MAX
	                                          : (int)(seconds * 1000);
	struct pollfd end = {.fd = process, .events = POLLIN};
	int ready;

	if (process < 0 && errno != ESRCH)
		fail(NULL, "open process %d", pid);
	if (process < 0 || process_start(pid) != start)
		return true;
	while ((ready = poll(&end, 1, patience)) < 0 && errno == EINTR)
		;
	return ready != 0;
}

int record_wait(int store, const char *id, double seconds)
{
	struct record record;
	CLOSED int run = openat(store, record_path("", id, "run"), O_RDONLY | O_CLOEXEC);

	load(store, id, &record);
	const char *pid = record_value(&record, "supervisor");
	const char *start = record_value(&record, "supervisor_start");
	if (pid && start && !wait_for(atoi(pid), strtoull(start, NULL, 10), seconds))
		return -1;
	int status = run < 0 ? -1 : exit_in(run);
	if (status < 0 && record_load(store, id, &record)) /* killed, or never started */
		status = atoi(record_value(&record, "exit"));
	return status < 0 ? STATUS_SIGNAL + SIGKILL : status;
}
