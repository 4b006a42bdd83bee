/* Containers in the store: see record.h. */
#define _GNU_SOURCE
#include "record.h"

#include "err.h"
#include "io.h"
#include "names.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { MOST_BYTES = 1 << 30 };

char *record_read(int store, const char *path, size_t *length, bool *locked)
{
	enum { PIECE = 256 * 1024, LEAST = 8 * 1024 };
	static char *piece;
	static size_t room;
	CLOSED int fd = openat(store, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fd < 0)
		return NULL;
	if (locked)
		*locked = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	if (room < LEAST)
		piece = xalloc(room = PIECE);
	ssize_t got = read(fd, piece, room - 1);
	if (got < 0)
		return NULL;
	if ((size_t)got == room - 1) { /* there may be more */
		(void)lseek(fd, 0, SEEK_SET);
		return read_all(fd, MOST_BYTES, length);
	}
	char *text = piece;
	text[got] = '\0';
	piece += got + 1;
	room -= (size_t)got + 1;
	*length = (size_t)got;
	return text;
}

const char *store_path(const char *root)
{
	if (!root)
		root = getenv("MINI_DOCKER_ROOT");
	if (!root || !*root)
		root = "/var/lib/mini-docker";
	if (*root == '/')
		return root;
	FREED char *here = getcwd(NULL, 0);
	if (!here)
		fail(".", "getcwd");
	return xprintf("%s/%s", here, root);
}

static const char *root_path;

const char *store_file(const char *relative)
{
	return xprintf("%s/%s", root_path, relative);
}

int store_open(const char *path, bool make)
{
	root_path = path;
	int store = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (store < 0 && errno == ENOENT && make) {
		FREED char *changed = xstrdup(path);

		/* Others may pass, to what of a container is theirs, but not look around. */
		if (make_path(changed, 0711))
			return -1;
		store = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return store;
}

bool id_is_valid(const char *id)
{
	return strspn(id, "0123456789abcdef") == ID_LENGTH && !id[ID_LENGTH];
}

bool key_is_valid(const char *key, size_t length)
{
	static const char *const derived[] = {"id",  "dir",   "name", "status", "created",
	                                      "pid", "start", "exit", "args",   "env"};
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789";

	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++)
		if (strlen(derived[i]) == length && !memcmp(derived[i], key, length))
			return false;
	return length && strspn(key, letters) >= length && !strchr("0123456789", *key);
}

const char *record_path(const char *prefix, const char *id, const char *file)
{
	static char paths[4][160];
	static unsigned int next;
	char *path = paths[next++ % 4];

	char *end = stpcpy(stpcpy(stpcpy(path, "containers/"), prefix), id);

	if (file)
		(void)stpcpy(stpcpy(end, "/"), file);
	return path;
}

const char *pair_value(const struct list *pairs, const char *key)
{
	size_t length = strlen(key);

	for (size_t i = 0; i < pairs->count; i++)
		if (*pairs->at[i] == *key && !strncmp(pairs->at[i], key, length) &&
		    pairs->at[i][length] == '=')
			return pairs->at[i] + length + 1;
	return NULL;
}

const char *record_value(const struct record *record, const char *key)
{
	const char *value = pair_value(&record->facts, key);

	if (!strcmp(key, "id"))
		return record->id;
	if (!strcmp(key, "dir"))
		return store_file(record_path("", record->id, NULL));
	if (!strcmp(key, "status"))
		return record->status;
	if (!value)
		value = pair_value(&record->pairs, key);
	if (!value && (!strcmp(key, "pid") || !strcmp(key, "start") || !strcmp(key, "exit")))
		return "";
	return value;
}

void record_put(struct record *record, char *pair)
{
	size_t length = (size_t)(strchr(pair, '=') + 1 - pair);

	for (size_t i = 0; i < record->pairs.count; i++)
		if (!strncmp(record->pairs.at[i], pair, length)) {
			record->pairs.at[i] = pair;
			return;
		}
	list_add(&record->pairs, pair);
}

bool record_load(int store, const char *id, struct record *record)
{
	size_t length;
	char *text = record_read(store, record_path("", id, "record"), &length, NULL);

	*record = (struct record){.status = "created"};
	memcpy(record->id, id, ID_SIZE);
	if (!text)
		return false;
	for (char *pair = text, *end; pair < text + length; pair = end + 1) {
		end = pair + strlen(pair);
		if (memchr(pair, '=', (size_t)(end - pair)))
			list_add(&record->pairs, pair);
	}
	return record_load_facts(store, record);
}

static const char *find_prefix(int store, const char *text, char id[ID_SIZE])
{
	int fd = openat(store, "containers", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int found = 0;

	if (!dir && store >= 0 && errno != ENOENT)
		fail(store_file("containers"), "open");
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (id_is_valid(entry->d_name) && !strncmp(entry->d_name, text, strlen(text)) &&
		    !found++)
			memcpy(id, entry->d_name, ID_SIZE);
	if (dir)
		(void)closedir(dir);
	return found == 0  ? "no such container"
	       : found > 1 ? "more than one container has an id that begins so"
	                   : NULL;
}

const char *record_find(int store, const char *text, char id[ID_SIZE])
{
	if (id_is_valid(text)) {
		memcpy(id, text, ID_SIZE);
		return NULL;
	}
	if (name_is_valid(text) && name_owner(store, text, id))
		return NULL;
	if (!*text || strlen(text) > ID_LENGTH || text[strspn(text, "0123456789abcdef")])
		return "no such container";
	return find_prefix(store, text, id);
}

int store_get(const char *root, bool make)
{
	const char *path = store_path(root);
	int store = store_open(path, make);

	if (store < 0 && (make || errno != ENOENT))
		fail(path, "open");
	return store;
}

void record_get(int store, const char *text, struct record *record)
{
	char id[ID_SIZE];
	const char *why = record_find(store, text, id);

	if (why)
		refuse(text, "%s", why);
	if (record_load(store, id, record))
		return;
	if (errno == ENOENT || store < 0)
		refuse(text, "no such container");
	fail(store_file(record_path("", id, NULL)), "read");
}
