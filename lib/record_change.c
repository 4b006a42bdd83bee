/* Writing and removing records: see record.h. */
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

static int undo_store;

static void undo_new(void *path)
{
	(void)unlinkat(undo_store, path, 0); /* the next one who sets something overwrites it */
}

void record_set(int store, const char *id, const struct list *pairs)
{
	struct record record;
	CLOSED int lock = record_lock(store, id);

	if (!record_load(store, id, &record))
		fail(store_file(record_path("", id, "record")), "read");
	for (size_t i = 0; i < pairs->count; i++)
		record_put(&record, pairs->at[i]);
	/* Under the lock the new file is this process's alone, and one that was left is
	 * overwritten. */
	char *new = xstrdup(record_path("", id, "record.new"));
	undo_store = store;
	on_failure(undo_new, new);
	record_write(store, new, &record.pairs);
	if (renameat(store, new, store, record_path("", id, "record")))
		fail(store_file(new), "rename");
}

int record_remove(int store, const char *id, const char *name)
{
	const char *gone = record_path(".gone-", id, NULL);
	int failed = renameat(store, record_path("", id, NULL), store, gone);

	/* One that was removed before, by the same id, and not entirely. */
	if (failed && (errno == ENOTEMPTY || errno == EEXIST) && remove_tree(store, gone) == 0)
		failed = renameat(store, record_path("", id, NULL), store, gone);
	if (failed && errno != ENOENT) {
		complain(store_file(record_path("", id, NULL)), "rename");
		return -1;
	}
	failed = 0;
	if (name && name_release(store, name, id)) {
		complain(name, "release the name");
		failed = -1;
	}
	/* Whoever was just writing in it may have added a file. */
	for (int tries = 0; remove_tree(store, gone); tries++)
		if (errno != ENOTEMPTY || tries == 5) {
			complain(store_file(gone), "remove");
			return -1;
		}
	return failed;
}

bool record_clear_new(int store, const char *id)
{
	const char *path = record_path(".new-", id, NULL);
	CLOSED int dir = openat(store, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0)
		return errno == ENOENT;
	/* The lock is kept while it is removed: who has just made it, and waits, finds it gone. */
	if (flock(dir, LOCK_EX | LOCK_NB))
		return false;
	if (remove_tree(store, path)) {
		complain(store_file(path), "remove");
		return false;
	}
	return true;
}
