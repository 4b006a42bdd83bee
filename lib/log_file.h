/*
 * The file that a log is written to, and those that it was written to before: FILE is the newest,
 * then FILE.1, FILE.2, and so on.
 *
 * Whoever writes FILE holds a POSIX lock on it. The kernel takes that away when the writer dies,
 * however that is, and does so before it tells inotify that the file was closed (a flock goes
 * after that): so who waits for that event and then looks at the lock misses nothing. A new FILE
 * is locked before it gets that name, and only then the old one is let go.
 */
#ifndef LOG_FILE_H
#define LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct log_file {
	const char *path; /* as it was given, for messages */
	const char *name; /* its last component, in */
	int dir;          /* this directory: the current one may become another */
	int fd;
	uint64_t size;
	bool made; /* it was not there before */
};

/*
 * Open it for appending, or make it. What a killed writer has left of a last record is cut off.
 * Waits for another writer to end, for a moment. fail()s.
 */
void log_file_open(struct log_file *file, const char *path);

/*
 * Begin a new FILE; the old ones are renamed, so that `count` are there at most. -1 with errno: the
 * file is still the same.
 */
int log_file_rotate(struct log_file *file, unsigned int count);

/* Is somebody writing it, and who? fd may be open for reading. 0: nobody, -1: who is not seen here.
 */
bool log_file_is_written(int fd);
pid_t log_file_writer(int fd);

/* Until nobody writes the log, or it is gone. fail()s. */
void log_file_wait(const char *path);

/* The name of the index-th file; 0 is FILE itself. */
enum { LOG_NAME_SIZE = 4096 };
void log_file_name(char text[LOG_NAME_SIZE], const char *name, unsigned int index);

/* How many bytes up to `size` are whole lines; reads backwards. -1 with errno. */
off_t log_file_whole(int fd, off_t size);

#endif
