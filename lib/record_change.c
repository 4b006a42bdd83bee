/* Writing records: see record.h. */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "names.h"
#include "record.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

static void write_bytes(int store, const char *path, const char *bytes, size_t length)
{
	int fd = openat(store, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		fail(store_file(path), "create");
	/* close(2) is where some file systems tell that the disk is full. */
	if (write_all(fd, bytes, length) || close(fd))
		fail(store_file(path), "write");
}

void record_write(int store, const char *path, const struct list *strings)
{
	size_t length = 0;

	for (size_t i = 0; i < strings->count; i++)
		length += strlen(strings->at[i]) + 1;
	FREED char *text = xalloc(length);
	char *to = text;
	for (size_t i = 0; i < strings->count; i++)
		to = stpcpy(to, strings->at[i]) + 1;
	write_bytes(store, path, text, length);
}

void record_write_text(int store, const char *path, const char *text)
{
	write_bytes(store, path, text, strlen(text));
}

int record_lock(int store, const char *id)
{
	int lock = openat(store, record_path("", id, NULL), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (lock < 0 && errno == ENOENT)
		refuse(id, "no such container");
	if (lock < 0 || flock(lock, LOCK_EX))
		fail(store_file(record_path("", id, NULL)), "lock");
	return lock;
}

void record_load_locked(int store, const char *id, struct record *record)
{
	if (record_load(store, id, record))
		return;
	if (errno == ENOENT) /* removed while we waited for the lock */
		refuse(id, "no such container");
	fail(store_file(record_path("", id, "record")), "read");
}

static int undo_store;

static void undo_new(void *path)
{
	(void)unlinkat(undo_store, path, 0); /* the next one overwrites what is left */
}

/* Under the lock the new file is this process's alone, and one that was left is overwritten. */
static void replace(int store, const char *id, const char *file, const struct list *strings,
                    const char *text)
{
	char *new = xprintf("%s.new", record_path("", id, file));

	undo_store = store;
	on_failure(undo_new, new);
	if (strings)
		record_write(store, new, strings);
	else
		record_write_text(store, new, text);
	if (renameat(store, new, store, record_path("", id, file)))
		fail(store_file(new), "rename");
}

void record_replace_run(int store, const char *id, const char *text)
{
	replace(store, id, "run", NULL, text);
}

void record_change(int store, const char *id, const struct list *pairs)
{
	struct record record;

	record_load_locked(store, id, &record);
	for (size_t i = 0; i < pairs->count; i++)
		record_put(&record, pairs->at[i]);
	replace(store, id, "record", &record.pairs, NULL);
}

void record_set(int store, const char *id, const struct list *pairs)
{
	CLOSED int lock = record_lock(store, id);

	record_change(store, id, pairs);
}
