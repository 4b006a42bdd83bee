/* Making a record: see record.h. */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "log_time.h"
#include "names.h"
#include "record.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>

/* What has to be undone: as long as the process. */
static struct {
	int store;
	const char *prefix; /* of the directory, as long as it is not in its place */
	char id[ID_SIZE];
	const char *name;
	bool made; /* the directory, by us */
} making;

static void undo_directory(void *unused)
{
	(void)unused;
	if (making.made && remove_tree(making.store, record_path(making.prefix, making.id, NULL)))
		complain(store_file(record_path(making.prefix, making.id, NULL)), "remove");
}

static void undo_name(void *unused)
{
	(void)unused;
	if (name_release(making.store, making.name, making.id))
		complain(making.name, "release the name");
}

static void choose_id(const char *id)
{
	unsigned char random[ID_LENGTH / 2];

	if (id) {
		memcpy(making.id, id, ID_SIZE);
		return;
	}
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		fail(NULL, "getrandom");
	for (size_t i = 0; i < sizeof(random); i++) {
		making.id[2 * i] = "0123456789abcdef"[random[i] >> 4];
		making.id[2 * i + 1] = "0123456789abcdef"[random[i] & 15];
	}
}

/*
 * As chattr +T: containers are unrelated, each is to have its place on the disk. Close together, a
 * new one would be looked for among the inodes of all that were removed just now, which ext4 does
 * not take again at once. Other file systems have no such thing.
 */
static void spread_containers(void)
{
	CLOSED int dir = openat(making.store, "containers", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int flags;

	if (dir < 0 || ioctl(dir, FS_IOC_GETFLAGS, &flags))
		return;
	flags |= FS_TOPDIR_FL;
	(void)ioctl(dir, FS_IOC_SETFLAGS, &flags);
}

/* mkdir .new-ID; the directories above when this is the first container */
static void make_directory(const char *path)
{
	for (int tries = 0; mkdirat(making.store, path, 0710); tries++) {
		if (errno == EEXIST && record_clear_new(making.store, making.id))
			continue;
		if (errno == EEXIST)
			refuse(making.id, "the container is being created by another");
		if (errno != ENOENT || tries)
			fail(store_file(path), "mkdir");
		/* In this order: whoever finds the one takes it that the other is there. */
		if ((mkdirat(making.store, "names", 0711) && errno != EEXIST) ||
		    (mkdirat(making.store, "containers", 0711) && errno != EEXIST))
			fail(store_file("containers"), "mkdir");
		spread_containers();
	}
}

/* Make .new-ID, locked; the lock lives as long as the process. */
static void make_locked(void)
{
	const char *path = record_path(".new-", making.id, NULL);
	struct stat st = {0};

	making.prefix = ".new-";
	on_failure(undo_directory, NULL);
	while (st.st_nlink == 0) {
		making.made = false;
		make_directory(path);
		making.made = true;
		int dir = openat(making.store, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		/* In between, who clears up may have locked it first, and removed it. */
		if (dir < 0 && errno == ENOENT)
			continue;
		if (dir < 0 || flock(dir, LOCK_EX) || fstat(dir, &st))
			fail(store_file(path), "lock");
	}
}

static void take_name(const char *name)
{
	char owner[ID_SIZE];

	if (!name) {
		making.name = name_take_random(making.store, making.id);
	} else if (name_take(making.store, name, making.id, owner)) {
		making.name = name;
	} else if (errno == EEXIST) {
		refuse(name, "the name is in use by container %.*s", ID_SHORT, owner);
	} else {
		fail(name_file(name), "take the name");
	}
	on_failure(undo_name, NULL);
}

/* RFC 3339, as Docker writes it */
static char *creation_time(void)
{
	char text[LOG_TIME_SIZE];

	return xprintf("created=%s", log_time_text(log_now(), text));
}

/* As people read it, and as Docker has it: the words, separated by blanks, those with a blank in
 * quotes, but for the first. Of a long command so much as a line may hold. */
static char *command_text(const struct list *args)
{
	enum { MOST = 1024 };
	char *text = xstrdup("command=");

	for (size_t i = 0; i < args->count && strlen(text) < MOST; i++) {
		const char *quote = i && strchr(args->at[i], ' ') ? "'" : "";
		char *more = xprintf("%s%s%s%.*s%s", text, i ? " " : "", quote, MOST, args->at[i],
		                     quote);

		free(text);
		text = more;
	}
	return text;
}

static void fill(const struct recipe *recipe)
{
	static const struct {
		const char *name;
		mode_t mode;
	} directories[] = {
	        {"upper", 0755},
	        {"work",  0700},
	};
	struct record record = {0};

	list_add(&record.pairs, xprintf("name=%s", making.name));
	list_add(&record.pairs, creation_time());
	list_add(&record.pairs, command_text(&recipe->args));
	for (size_t i = 0; i < recipe->pairs.count; i++)
		record_put(&record, recipe->pairs.at[i]);
	record_write(making.store, record_path(".new-", making.id, "record"), &record.pairs);
	record_write(making.store, record_path(".new-", making.id, "args"), &recipe->args);
	record_write(making.store, record_path(".new-", making.id, "env"), &recipe->env);
	if (recipe->owner) {
		FREED char *claim = record_claim(recipe->owner, false);

		record_write_text(making.store, record_path(".new-", making.id, "run"), claim);
	}
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		const char *path = record_path(".new-", making.id, directories[i].name);

		if (mkdirat(making.store, path, directories[i].mode))
			fail(store_file(path), "mkdir");
	}
}

char *record_make(int store, const struct recipe *recipe)
{
	making.store = store;
	choose_id(recipe->id);
	make_locked();
	take_name(recipe->name);
	fill(recipe);
	const char *path = record_path("", making.id, NULL);
	if (renameat(store, record_path(".new-", making.id, NULL), store, path)) {
		if (errno == ENOTEMPTY || errno == EEXIST)
			refuse(making.id, "the container exists already");
		fail(store_file(path), "rename");
	}
	making.prefix = "";
	return xstrdup(making.id);
}
