/* Files that are there whole or not at all: see whole_file.h. */
#define _GNU_SOURCE
#include "whole_file.h"

#include "err.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *base_of(const struct whole_file *file)
{
	const char *slash = strrchr(file->path, '/');

	return slash ? slash + 1 : file->path;
}

static void undo_file(void *of)
{
	const struct whole_file *file = of;

	if (file->parked)
		(void)unlinkat(file->dir, file->parked, 0); /* it could not be written to, either */
}

/* A name that nobody else has: who had our process id before may have left one. */
static void next_parking(struct whole_file *file)
{
	static unsigned int count;

	free(file->parked);
	file->parked = xprintf(".mini-docker-%d-%u", (int)getpid(), count++);
}

static void open_in_place(struct whole_file *file)
{
	file->fd = openat(file->dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (file->fd >= 0)
		return;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
		fail(file->path, "create");
	do {
		next_parking(file);
		file->fd = openat(file->dir, file->parked, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		                  0600);
	} while (file->fd < 0 && errno == EEXIST);
	if (file->fd < 0)
		fail(file->path, "create");
}

void whole_open(struct whole_file *file, const char *path)
{
	struct stat st;

	*file = (struct whole_file){.path = path, .fd = -1, .dir = -1};
	bool is_there = stat(path, &st) == 0;
	if (is_there && !S_ISREG(st.st_mode)) {
		file->fd = open(path, O_WRONLY | O_CLOEXEC);
		if (file->fd < 0)
			fail(path, "open");
		return;
	}
	FREED char *directory = xprintf("%.*s.", (int)(base_of(file) - path), path);
	file->dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->dir < 0)
		fail(path, "open its directory");
	on_failure(undo_file, file);
	open_in_place(file);
}

void whole_finish(struct whole_file *file)
{
	char self[32];

	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", file->fd);
	while (file->dir >= 0 && !file->parked) {
		next_parking(file);
		if (linkat(AT_FDCWD, self, file->dir, file->parked, AT_SYMLINK_FOLLOW) == 0)
			break;
		int why = errno;
		free(file->parked);
		file->parked = NULL;
		errno = why;
		if (errno != EEXIST)
			fail(file->path, "link");
	}
	if (close(file->fd))
		fail(file->path, "close");
	if (file->dir >= 0 && renameat(file->dir, file->parked, file->dir, base_of(file)))
		fail(file->path, "rename");
	free(file->parked);
	file->parked = NULL;
	close_fd(&file->dir);
}
