/* The blob that an archive is kept as: see layer_blob.h. */
#define _GNU_SOURCE
#include "layer_blob.h"

#include "err.h"
#include "io.h"
#include "layer_expand.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void undo(void *blob)
{
	/* it is the failure that led here that has to be told */
	(void)unlink(((struct layer_blob *)blob)->path);
}

/* By what is open: whatever has the name meanwhile, it is this that was read. */
static int give_name(int file, const char *path)
{
	char link[32];

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/* What bzip2 and xz have made is no blob, and no pipe can be looked at. */
static bool is_blob(int file)
{
	uint8_t begin[16];
	struct stat st;
	ssize_t got = pread(file, begin, sizeof(begin), 0);

	if (got < 0 || fstat(file, &st) || st.st_uid != geteuid() || st.st_mode & 0022)
		return false;
	const struct expander *by = expander_for(begin, (size_t)got);
	return by->kept || !by->compressed;
}

void layer_blob_open(struct layer_blob *blob, int input, bool take)
{
	blob->fd = blob->taken = blob->place = -1;
	if (!blob->path)
		return;
	/* Whether it can be done is tried now: later it would be too late to write. */
	if (take && is_blob(input) && give_name(input, blob->path) == 0) {
		if (unlink(blob->path))
			fail(blob->path, "unlink");
		blob->taken = input;
	}
	int fd = open(blob->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		fail(blob->path, "create");
	on_failure(undo, blob);
	*(blob->taken < 0 ? &blob->fd : &blob->place) = fd;
}

void layer_blob_grow(const struct layer_blob *blob, uint64_t read)
{
	if (blob->taken >= 0)
		(void)ftruncate(blob->place, (off_t)read); /* it shows how far we are, no more */
}

void layer_blob_close(struct layer_blob *blob)
{
	if (blob->fd >= 0 && close(blob->fd))
		fail(blob->path, "close");
	if (blob->taken < 0)
		return;
	close_fd(&blob->place);
	if (unlink(blob->path) || fchmod(blob->taken, 0644) || give_name(blob->taken, blob->path))
		fail(blob->path, "take over the archive");
}
