/* The file that a log is written to: see log_file.h. */
#define _GNU_SOURCE
#include "log_file.h"

#include "err.h"
#include "io.h"
#include "log_record.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MODE = 0640, PATIENCE = 3 /* seconds for another writer to end */ };

static struct flock whole_file(void)
{
	return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

static void do_nothing(int signal)
{
	(void)signal;
}

/* Lock it, when no other does after some seconds. The alarm is what ends the waiting. */
static void lock(const struct log_file *file)
{
	struct sigaction wake = {.sa_handler = do_nothing}, before;
	struct flock all = whole_file();

	if (fcntl(file->fd, F_SETLK, &all) == 0)
		return;
	(void)sigaction(SIGALRM, &wake, &before);
	(void)alarm(PATIENCE);
	int failed = fcntl(file->fd, F_SETLKW, &all);
	(void)alarm(0);
	(void)sigaction(SIGALRM, &before, NULL);
	if (!failed)
		return;
	if (errno != EINTR)
		fail(file->path, "lock");
	(void)fcntl(file->fd, F_GETLK, &all);
	refuse(file->path, "is being written by another process, %d", all.l_pid);
}

/* As a reader's lock would be in nobody's way but a writer's, those who wait for its end are none.
 */
pid_t log_file_writer(int fd)
{
	struct flock all = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_GETLK, &all) || all.l_type == F_UNLCK)
		return 0;
	return all.l_pid ?: -1; /* 0: one of another pid namespace */
}

void log_file_wait(const char *path)
{
	struct flock all = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	struct stat named, opened;

	for (;;) {
		CLOSED int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

		if (fd < 0 && errno == ENOENT)
			return;
		if (fd < 0 || fstat(fd, &opened))
			fail(path, "open");
		while (fcntl(fd, F_SETLKW, &all))
			if (errno != EINTR)
				fail(path, "lock");
		/* The writer may have let go of this one in favour of a new one. */
		if (stat(path, &named) ||
		    (named.st_dev == opened.st_dev && named.st_ino == opened.st_ino))
			return;
	}
}

bool log_file_is_written(int fd)
{
	return log_file_writer(fd) != 0;
}

/* What is too long is cut, and was refused by open(2) before. */
void log_file_name(char text[LOG_NAME_SIZE], const char *name, unsigned int index)
{
	(void)snprintf(text, LOG_NAME_SIZE, index ? "%s.%u" : "%s", name, index);
}

off_t log_file_whole(int fd, off_t size)
{
	char block[4096];

	while (size > 0) {
		off_t from = (size - 1) / (off_t)sizeof(block) * (off_t)sizeof(block);
		ssize_t got = pread(fd, block, (size_t)(size - from), from);

		if (got < 0)
			return -1;
		const char *newline = memrchr(block, '\n', (size_t)got);
		if (newline)
			return from + (newline - block) + 1;
		size = from;
	}
	return 0;
}

/* Whatever else stands in a file, of somebody's who mistyped its name, is not to be cut off. */
static void check_and_repair(struct log_file *file)
{
	char first[LOG_HEAD], last[LOG_HEAD];
	ssize_t got[2] = {-1, -1};
	struct stat st;

	if (fstat(file->fd, &st))
		fail(file->path, "stat");
	off_t whole = log_file_whole(file->fd, st.st_size);
	if (whole >= 0)
		got[0] = pread(file->fd, first, sizeof(first), 0);
	if (got[0] >= 0)
		got[1] = pread(file->fd, last, sizeof(last), whole);
	if (got[1] < 0)
		fail(file->path, "read");
	if (!log_head_begins(first, (size_t)got[0]) || !log_head_begins(last, (size_t)got[1]))
		refuse(file->path, "holds something else than a log");
	if (whole < st.st_size && ftruncate(file->fd, whole))
		fail(file->path, "cut off a record that was not finished");
	file->size = (uint64_t)whole;
}

/* Has it still its name? It has not when another writer rotated before it let go of the lock. */
static bool is_current(const struct log_file *file)
{
	struct stat named, opened;

	return fstatat(file->dir, file->name, &named, 0) == 0 && fstat(file->fd, &opened) == 0 &&
	       named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

void log_file_open(struct log_file *file, const char *path)
{
	/* No wait for a FIFO's reader; what is no regular file is refused anyway. */
	const int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];
	struct stat st;

	*file = (struct log_file){.path = path, .name = slash ? slash + 1 : path, .fd = -1};
	(void)snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - path + 1) : 1,
	               slash ? path : ".");
	file->dir = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (file->dir < 0)
		fail(path, "open its directory");
	for (int tries = 0; file->fd < 0 || !is_current(file); tries++) {
		close_fd(&file->fd);
		file->fd = openat(file->dir, file->name, flags | O_CREAT | O_EXCL, MODE);
		file->made = file->fd >= 0;
		if (file->fd < 0 && errno == EEXIST)
			file->fd = openat(file->dir, file->name, flags);
		if (file->fd < 0 && errno == ENOENT && tries < 100)
			continue; /* it was rotated away just now */
		if (file->fd < 0)
			fail(path, "open");
		if (fstat(file->fd, &st) || !S_ISREG(st.st_mode))
			refuse(path, "is not a regular file");
		lock(file);
	}
	check_and_repair(file);
}

/* Free FILE's name, from the far end on. */
static int shift(const struct log_file *file, unsigned int count)
{
	char to[LOG_NAME_SIZE], from[LOG_NAME_SIZE];

	for (unsigned int i = count - 1; i > 0; i--) {
		log_file_name(to, file->name, i);
		log_file_name(from, file->name, i - 1);
		if (renameat(file->dir, from, file->dir, to) && errno != ENOENT)
			return -1;
	}
	return 0;
}

/* The oldest, and what is beyond since somebody kept more before. */
static void remove_oldest(const struct log_file *file, unsigned int count)
{
	char name[LOG_NAME_SIZE];

	for (unsigned int i = count > 1 ? count - 1 : 1; i < UINT_MAX; i++) {
		log_file_name(name, file->name, i);
		if (unlinkat(file->dir, name, 0))
			break;
	}
}

int log_file_rotate(struct log_file *file, unsigned int count)
{
	const int flags = O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	struct flock all = whole_file();
	char name[LOG_NAME_SIZE];

	(void)snprintf(name, sizeof(name), "%s.new", file->name);
	remove_oldest(file, count); /* first, as the disk may be full */
	(void)unlinkat(file->dir, name, 0);
	int fd = openat(file->dir, name, flags, MODE);
	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETLK, &all) || shift(file, count) ||
	    renameat(file->dir, name, file->dir, file->name)) {
		int why = errno;

		(void)close(fd);
		(void)unlinkat(file->dir, name, 0);
		errno = why;
		return -1;
	}
	(void)close(file->fd); /* only now: it makes those who follow look for the new one */
	file->fd = fd;
	file->size = 0;
	return 0;
}
