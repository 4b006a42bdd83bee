/*
 * The files of a log: see log_files.h.
 *
 * They are looked at from the newest to the oldest, while a writer may be renaming them: the oldest
 * goes first, each to the next name, until FILE is free for a new one. Within one such round
 * nothing that is looked for slips through below; it may be seen twice, under two names, and one
 * name may be free that another is about to get. With a second round begun, all is looked at again.
 */
#define _GNU_SOURCE
#include "log_files.h"

#include "err.h"
#include "log_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_same(const struct log_part *a, const struct log_part *b)
{
	return a->device == b->device && a->inode == b->inode;
}

/* false: there is no such file. */
static bool open_part(const char *path, unsigned int index, struct log_part *part)
{
	char name[LOG_NAME_SIZE];
	struct stat st;

	log_file_name(name, path, index);
	part->fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (part->fd < 0 && errno == ENOENT)
		return false;
	if (part->fd < 0 || fstat(part->fd, &st))
		fail(name, "open");
	if (!S_ISREG(st.st_mode))
		refuse(name, "is not a regular file");
	part->device = st.st_dev;
	part->inode = st.st_ino;
	return true;
}

static bool is_named(const char *path, const struct log_part *part)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == part->device && st.st_ino == part->inode;
}

static void add(struct log_files *files, const struct log_part *part)
{
	files->parts = xrealloc(files->parts, (files->count + 1) * sizeof(*files->parts));
	files->parts[files->count++] = *part;
}

static void close_all(struct log_files *files)
{
	while (files->count)
		(void)close(files->parts[--files->count].fd);
}

/* All files from the newest down to `last` (may be NULL), without that. Is that among them? */
static bool look(struct log_files *found, const struct log_part *last)
{
	struct log_part part;

	for (unsigned int index = 0, missing = 0; missing < 2; index++) {
		if (!open_part(found->path, index, &part)) {
			missing++;
			continue;
		}
		missing = 0;
		if (last && is_same(last, &part)) {
			(void)close(part.fd);
			return true;
		}
		if (found->count && is_same(&found->parts[found->count - 1], &part))
			(void)close(part.fd);
		else
			add(found, &part);
	}
	return false;
}

bool log_files_renew(struct log_files *files)
{
	const struct log_part *last = files->count ? &files->parts[files->count - 1] : NULL;
	struct log_files found = {.path = files->path};
	bool seen = true;

	if (last && is_named(files->path, last))
		return false;
	/* A writer that was killed within a round has left no FILE: so not for ever. */
	for (int tries = 0; tries < 100; tries++) {
		close_all(&found);
		seen = look(&found, last);
		if (!found.count || is_named(files->path, &found.parts[0]))
			break;
	}
	bool any = found.count > 0;
	files->gap |= last && any && !seen;
	while (found.count)
		add(files, &found.parts[--found.count]);
	free(found.parts);
	return any;
}

void log_files_open(struct log_files *files, const char *path)
{
	*files = (struct log_files){.path = path};
	if (!log_files_renew(files)) {
		errno = ENOENT;
		fail(path, "open");
	}
}
