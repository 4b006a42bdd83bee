/* Removing records: see record.h. */
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

/* Why it has to stay, or NULL. */
static const char *in_use(const struct record *record)
{
	if (!strcmp(record->status, "running") || !strcmp(record->status, "paused"))
		return "the container is running";
	/* Who claims it may undo what it did. */
	if (record->claimed && atoi(record_value(record, "owner")) != getppid())
		return "the container is being started";
	return NULL;
}

static int take_away(int store, const char *id)
{
	const char *gone = record_path(".gone-", id, NULL);
	int failed = renameat(store, record_path("", id, NULL), store, gone);

	/* One that was removed before, by the same id, and not entirely. */
	if (failed && (errno == ENOTEMPTY || errno == EEXIST) && remove_tree(store, gone) == 0)
		failed = renameat(store, record_path("", id, NULL), store, gone);
	if (!failed || errno == ENOENT)
		return 0;
	complain(store_file(record_path("", id, NULL)), "rename");
	return -1;
}

static int delete (int store, const char *id)
{
	const char *gone = record_path(".gone-", id, NULL);

	/* Whoever was just writing in it may have added a file. */
	for (int tries = 0; remove_tree(store, gone); tries++)
		if (errno != ENOTEMPTY || tries == 5) {
			complain(store_file(gone), "remove");
			return -1;
		}
	return 0;
}

/*
 * It is looked at under the lock, so that nobody starts it, or gives it another name, before it is
 * out of its place. What cannot be read goes as well.
 */
int record_remove(int store, const char *id, bool unstarted)
{
	const char *path = record_path("", id, NULL), *why = NULL;
	struct record record = {.status = ""};
	CLOSED int lock = openat(store, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (lock >= 0 && flock(lock, LOCK_EX) == 0 && record_load(store, id, &record))
		why = in_use(&record);
	else if (errno != ENOENT)
		why = strerror(errno);
	const char *name = record_value(&record, "name");
	if (why) {
		complain_plainly(name ? name : id, "%s", why);
		return -1;
	}
	if (unstarted && record_value(&record, "started") && !record_value(&record, "failed"))
		return 0;
	if (take_away(store, id))
		return -1;
	int failed = name ? name_release(store, name, id) : 0;
	if (failed)
		complain(name, "release the name");
	return delete (store, id) || failed ? -1 : 0;
}

int record_remove_found(int store, const char *text, bool unstarted)
{
	char id[ID_SIZE];
	const char *why = record_find(store, text, id);

	if (!why)
		return store < 0 ? 0 : record_remove(store, id, unstarted);
	complain_plainly(text, "%s", why);
	return -1;
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
