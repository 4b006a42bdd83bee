/* Places in a log: see log_mark.h. */
#define _GNU_SOURCE
#include "log_mark.h"

#include "err.h"
#include "io.h"
#include "log_file.h"
#include "num.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct log_mark log_mark_end(const char *path)
{
	CLOSED int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return (struct log_mark){0};
	if (fd < 0 || fstat(fd, &st))
		fail(path, "open");
	if (!S_ISREG(st.st_mode))
		refuse(path, "is not a regular file");
	off_t end = log_file_whole(fd, st.st_size);
	if (end < 0)
		fail(path, "read");
	return (struct log_mark){st.st_ino, (uint64_t)end};
}

bool log_mark_parse(const char *text, struct log_mark *mark)
{
	const char *colon = strchr(text, ':');
	char inode[24];

	if (!colon || colon - text >= (int)sizeof(inode))
		return false;
	(void)snprintf(inode, sizeof(inode), "%.*s", (int)(colon - text), text);
	return num_parse(inode, UINT64_MAX, &mark->inode) == 0 &&
	       num_parse(colon + 1, INT64_MAX, &mark->at) == 0;
}

bool log_mark_find(const struct log_files *files, const struct log_mark *mark,
                   struct log_place *place)
{
	*place = (struct log_place){0};
	for (size_t part = 0; part < files->count; part++)
		if (files->parts[part].inode == mark->inode) {
			*place = (struct log_place){part, (off_t)mark->at};
			return true;
		}
	return mark->inode == 0;
}
