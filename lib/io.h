/*
 * Whole reads, whole writes, files under a directory, resources closed by scope.
 */
#ifndef IO_H
#define IO_H

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* Closed, or freed, when the variable goes out of scope. */
#define CLOSED __attribute__((cleanup(close_fd), unused))
#define FREED  __attribute__((cleanup(free_memory)))

static inline void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* what was written was checked by who wrote it */
}

static inline void free_memory(void *pointer)
{
	free(*(void **)pointer);
}

/*
 * Read fd to its end into memory that the caller frees; a NUL is put behind. *length may be NULL.
 * NULL with errno: EFBIG when there is more than `most` bytes, ENOMEM, or as read(2).
 */
char *read_all(int fd, size_t most, size_t *length);

/* As read_all(), of the file `name` under the directory dir (AT_FDCWD: here). */
char *read_file(int dir, const char *name, size_t most, size_t *length);

/* Write it all, going on after signals and short writes. 0, or -1 with errno. */
int write_all(int fd, const void *data, size_t length);

/*
 * Write text into a file that exists, in one write(2) as the files of cgroup, proc and sysfs want
 * it. 0, or -1 with errno.
 */
int write_file(int dir, const char *name, const char *text);

/*
 * Read a vector of NUL-terminated strings from fd to its end; a last string without its NUL
 * counts too. The result ends in NULL; it is one block, and the caller frees it. NULL with errno.
 */
char **read_vector(int fd, size_t *count);

/*
 * Remove `name` under dir with all below it, following no link and crossing no mount. 0 also when
 * it is gone already; else -1 with errno of the first thing that could not be removed.
 */
int remove_tree(int dir, const char *name);

/* mkdir -p: make `path` (which is changed meanwhile) and what is missing above it. 0 or -1. */
int make_path(char *path, unsigned int mode);

/*
 * Exec argv with the environment env, looking the command up in env's PATH as execvp(3) does, for a
 * chain tool. Does not return: what fails is said, and the exit status is 127 where there is no
 * such command, 126 where it cannot be run, 125 where the kernel refuses the arguments as too long.
 */
_Noreturn void exec_with(char **argv, char **env);

/* exec_with() the caller's own environment. */
_Noreturn void exec_command(char **argv);

#endif
