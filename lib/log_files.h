/*
 * The files of a log as they are read, the oldest first. They are held open from the moment that
 * they are seen: what is rotated away while it is read is still read.
 */
#ifndef LOG_FILES_H
#define LOG_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct log_part {
	int fd; /* -1: read to its end, and closed */
	dev_t device;
	ino_t inode;
};

struct log_files {
	const char *path;
	struct log_part *parts;
	size_t count;
	bool gap; /* some had been removed before they were seen */
};

/* Open all there are. fail()s, also when there are none. */
void log_files_open(struct log_files *files, const char *path);

/* Append those that came since. Are there any? fail()s. */
bool log_files_renew(struct log_files *files);

#endif
