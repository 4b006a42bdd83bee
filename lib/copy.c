/* Copying a tree: see copy.h. */
#define _GNU_SOURCE
#include "copy.h"

#include "io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* Of what `from` (a descriptor) has to what the path `to` names; a file system without is fine. */
static int copy_xattrs(const char *from, const char *to)
{
	ssize_t length = llistxattr(from, NULL, 0);

	if (length <= 0)
		return length < 0 && errno != ENOTSUP ? -1 : 0;
	FREED char *names = calloc(1, (size_t)length + 1);
	if (!names || (length = llistxattr(from, names, (size_t)length)) < 0)
		return -1;
	for (char *name = names; name < names + length; name += strlen(name) + 1) {
		char value[65536]; /* XATTR_SIZE_MAX */
		ssize_t size = lgetxattr(from, name, value, sizeof(value));

		if (size < 0 || (lsetxattr(to, name, value, (size_t)size, 0) && errno != ENOTSUP))
			return -1;
	}
	return 0;
}

/* Owner first, for chown(2) takes set-user-ID bits and capabilities away; times last. */
static int copy_facts(int from, int to, const char *name, const struct stat *st)
{
	char from_path[300], to_path[300];
	struct timespec times[2] = {st->st_atim, st->st_mtim};

	(void)snprintf(from_path, sizeof(from_path), "/proc/self/fd/%d/%s", from, name);
	(void)snprintf(to_path, sizeof(to_path), "/proc/self/fd/%d/%s", to, name);
	if (fchownat(to, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) ||
	    (!S_ISLNK(st->st_mode) && fchmodat(to, name, st->st_mode & 07777, 0)) ||
	    copy_xattrs(from_path, to_path))
		return -1;
	return utimensat(to, name, times, AT_SYMLINK_NOFOLLOW);
}

static int copy_data(int from, int to, const char *name)
{
	CLOSED int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLOSED int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat st;

	if (in < 0 || out < 0 || fstat(in, &st))
		return -1;
	return copy_contents(in, out, st.st_size);
}

static int copy_link(int from, int to, const char *name)
{
	char target[4097];
	ssize_t length = readlinkat(from, name, target, sizeof(target) - 1);

	if (length < 0)
		return -1;
	target[length] = '\0';
	return symlinkat(target, to, name);
}

static int each_entry(int from, int to);

static int copy_entry(int from, int to, const char *name)
{
	struct stat st;
	int failed;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		return -1;
	if (S_ISSOCK(st.st_mode))
		return 0;
	if (S_ISREG(st.st_mode)) {
		failed = copy_data(from, to, name);
	} else if (S_ISLNK(st.st_mode)) {
		failed = copy_link(from, to, name);
	} else if (S_ISDIR(st.st_mode)) {
		failed = mkdirat(to, name, 0700);
		CLOSED int below = openat(from, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		CLOSED int copy = openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (!failed)
			failed = below < 0 || copy < 0 || each_entry(below, copy) ? -1 : 0;
	} else {
		failed = mknodat(to, name, st.st_mode, st.st_rdev);
	}
	return failed ? -1 : copy_facts(from, to, name, &st);
}

static DIR *open_entries(int fd)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return again < 0 ? NULL : fdopendir(again);
}

/* For each entry of `from`: copy it into `to`; to < 0: only tell, by 1, that there is one. */
static int each_entry(int from, int to)
{
	DIR *dir = open_entries(from);
	int result = 0, why = errno;

	if (!dir)
		return -1;
	for (struct dirent *entry; result == 0 && (entry = readdir(dir));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		result = to < 0 ? 1 : copy_entry(from, to, entry->d_name);
		why = errno;
	}
	(void)closedir(dir);
	errno = why;
	return result;
}

static void remove_entries(int dir)
{
	DIR *entries = open_entries(dir);

	for (struct dirent *entry; entries && (entry = readdir(entries));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)remove_tree(dir, entry->d_name);
	if (entries)
		(void)closedir(entries);
}

int copy_into_empty(int from, int to)
{
	CLOSED int lock = openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (lock < 0 || flock(lock, LOCK_EX) || fstat(from, &st))
		return -1;
	int filled = each_entry(to, -1);
	if (filled)
		return filled > 0 ? 0 : -1;
	if (each_entry(from, to) == 0 && copy_facts(from, to, ".", &st) == 0)
		return 0;
	int why = errno;
	remove_entries(to);
	errno = why;
	return -1;
}
