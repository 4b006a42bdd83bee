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
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

char *record_claim(pid_t owner, bool again)
{
	FREED char *boot = boot_id();

	return xprintf("boot\t%s\n%sowner\t%d\nowner_start\t%llu\n", boot,
	               again ? "again\t1\n" : "", owner, process_start(owner));
}

/* The one before stays, for as long as it is not known whether anything comes of this. */
static void keep_old(int store, const char *id)
{
	const char *old = record_path("", id, "run.old");

	if (unlinkat(store, old, 0) && errno != ENOENT)
		fail(store_file(old), "remove");
	if (linkat(store, record_path("", id, "run"), store, old, 0) && errno != ENOENT)
		fail(store_file(old), "link");
}

void record_begin(int store, const char *id, pid_t owner)
{
	struct record record;
	CLOSED int lock = record_lock(store, id);

	record_load_locked(store, id, &record);
	const char *name = record_value(&record, "name");
	if (!strcmp(record.status, "running") || !strcmp(record.status, "paused"))
		refuse(name, "the container is running");
	if (record.claimed)
		refuse(name, "the container is being started by process %s",
		       record_value(&record, "owner"));
	if (!record.again)
		keep_old(store, id);
	FREED char *claim = record_claim(owner, true);
	record_replace_run(store, id, claim);
}

static void note_end(int store, const char *id, const char *status)
{
	char line[128];
	struct timespec now;
	CLOSED int run = openat(store, record_path("", id, "run"), O_WRONLY | O_APPEND | O_CLOEXEC);

	(void)clock_gettime(CLOCK_REALTIME, &now);
	int length = snprintf(line, sizeof(line), "finished\t%lld.%09ld\nexit\t%s\n",
	                      (long long)now.tv_sec, now.tv_nsec, status);
	if (run < 0 || write_all(run, line, (size_t)length))
		fail(store_file(record_path("", id, "run")), "write");
}

/* As if nobody had claimed it. */
static void restore_old(int store, const char *id)
{
	const char *run = record_path("", id, "run");

	if (renameat(store, record_path("", id, "run.old"), store, run) == 0)
		return;
	if (errno != ENOENT || (unlinkat(store, run, 0) && errno != ENOENT))
		fail(store_file(run), "restore what was before");
}

void record_settle(int store, const char *id)
{
	struct record record;
	CLOSED int lock = record_lock(store, id);

	record_load_locked(store, id, &record);
	bool ours = record.claimed && atoi(record_value(&record, "owner")) == getppid();
	if (strcmp(record.status, "dead") != 0 && !ours)
		return;
	if (record.again)
		restore_old(store, id);
	else if (!ours && *record_value(&record, "exit"))
		note_end(store, id, record_value(&record, "exit"));
}

static struct {
	int store;
	const char *id;
} renaming;

static void undo_name(void *name)
{
	(void)name_release(renaming.store, name, renaming.id); /* who wants it finds it stale */
}

/* Under the lock, so that it never has two names that both last. */
void record_rename(int store, const char *id, const char *name)
{
	struct record record;
	struct list pair = {0};
	char owner[ID_SIZE];
	CLOSED int lock = record_lock(store, id);

	record_load_locked(store, id, &record);
	char *old = xstrdup(record_value(&record, "name"));
	if (!strcmp(old, name))
		refuse(name, "that is its name");
	if (!name_take(store, name, id, owner)) {
		if (errno != EEXIST)
			fail(name_file(name), "take the name");
		refuse(name, "the name is in use by container %.*s", ID_SHORT, owner);
	}
	renaming.store = store, renaming.id = id;
	on_failure(undo_name, (void *)(uintptr_t)name);
	list_add(&pair, xprintf("name=%s", name));
	record_change(store, id, &pair);
	keep_what_is_done();
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

/* The `run` that there is now, and what it tells. */
static int open_run(int store, const char *id, struct record *record)
{
	struct stat before, after;

	for (;;) {
		int run = openat(store, record_path("", id, "run"), O_RDONLY | O_CLOEXEC);

		record_load_locked(store, id, record);
		if (run < 0 || fstat(run, &before) ||
		    fstatat(store, record_path("", id, "run"), &after, 0) ||
		    before.st_ino == after.st_ino)
			return run;
		(void)close(run); /* it was started in between */
	}
}

/* A descriptor of the process that is told as KEY and KEY_start; -1: it is gone, or there is none.
 */
static int open_told(const struct record *record, const char *key, const char *start_key)
{
	const char *text = record_value(record, key), *start = record_value(record, start_key);

	if (!text || !start || !*text)
		return -1;
	pid_t pid = atoi(text);
	int process = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process < 0 && errno != ESRCH)
		fail(NULL, "open process %d", pid);
	if (process >= 0 && process_start(pid) != strtoull(start, NULL, 10)) {
		(void)close(process);
		process = -1;
	}
	return process;
}

struct record_end record_end_of(int store, const char *id)
{
	struct record_end end = {.store = store, .id = id};
	struct record record;

	end.run = open_run(store, id, &record);
	end.supervisor = record_is_supervised(&record)
	                         ? open_told(&record, "supervisor", "supervisor_start")
	                         : -1;
	end.process = open_told(&record, "pid", "start");
	return end;
}

int record_end_wait(const struct record_end *end, uint64_t nano)
{
	uint64_t deadline = deadline_in(nano);
	struct record record;

	/* The supervisor tells how it ended. Where that is killed, the process is about to be. */
	if ((end->supervisor >= 0 && !process_ends(end->supervisor, deadline)) ||
	    (end->process >= 0 && !process_ends(end->process, deadline)))
		return -1;
	int status = end->run < 0 ? -1 : exit_in(end->run);
	if (status >= 0)
		return status;
	/* Killed, together with who was to tell; or never started. */
	if (!record_load(end->store, end->id, &record))
		return STATUS_SIGNAL + SIGKILL;
	return atoi(record_value(&record, "exit"));
}

int record_wait(int store, const char *id, uint64_t nano)
{
	struct record_end end = record_end_of(store, id);

	return record_end_wait(&end, nano);
}
