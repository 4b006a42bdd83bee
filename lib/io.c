/* Whole reads and writes, exec: see io.h. */
#define _GNU_SOURCE
#include "io.h"

#include "err.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

char *read_all(int fd, size_t most, size_t *length)
{
	size_t size = 4096, used = 0;
	char *data = malloc(size);

	while (data) {
		ssize_t got = read(fd, data + used, size - used - 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		if (got == 0) {
			data[used] = '\0';
			if (length)
				*length = used;
			return data;
		}
		used += (size_t)got;
		if (used > most) {
			errno = EFBIG;
			break;
		}
		if (used == size - 1) {
			char *larger = realloc(data, size *= 2);

			if (!larger)
				break;
			data = larger;
		}
	}
	int why = errno;
	free(data);
	errno = why;
	return NULL;
}

char *read_file(int dir, const char *name, size_t most, size_t *length)
{
	CLOSED int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? NULL : read_all(fd, most, length);
}

int write_all(int fd, const void *data, size_t length)
{
	const char *at = data;

	while (length) {
		ssize_t done = write(fd, at, length);

		if (done < 0 && errno != EINTR)
			return -1;
		if (done > 0) {
			at += done;
			length -= (size_t)done;
		}
	}
	return 0;
}

int write_file(int dir, const char *name, const char *text)
{
	CLOSED int fd = openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -1;
	ssize_t done = write(fd, text, strlen(text));
	if (done >= 0 && (size_t)done != strlen(text)) {
		errno = EIO;
		done = -1;
	}
	return done < 0 ? -1 : 0;
}

char **read_vector(int fd, size_t *count)
{
	size_t length, strings = 0;
	char *data = read_all(fd, SIZE_MAX / 2, &length);

	if (!data)
		return NULL;
	for (size_t at = 0; at < length; at += strlen(data + at) + 1)
		strings++;
	/* The pointers go in front of what they point to: one block, one free(). */
	size_t pointers = (strings + 1) * sizeof(char *);
	char *block = realloc(data, pointers + length + 1);
	if (!block) {
		free(data);
		return NULL;
	}
	memmove(block + pointers, block, length + 1);
	char **vector = (char **)(void *)block, *string = block + pointers;
	for (size_t i = 0; i < strings; i++) {
		vector[i] = string;
		string += strlen(string) + 1;
	}
	vector[strings] = NULL;
	if (count)
		*count = strings;
	return vector;
}

int make_path(char *path, unsigned int mode)
{
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return -1;
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		int made = mkdir(path, mode);
		*slash = '/';
		if (made && errno != EEXIST)
			return -1;
	}
	return mkdir(path, mode) && errno != EEXIST ? -1 : 0;
}

/* One try. True: this one is not there, look on. */
static bool exec_try(const char *path, char **argv, char **env, int *why)
{
	execve(path, argv, env);
	if (errno == ENOENT && access(path, F_OK) == 0) {
		err_status = STATUS_NOT_FOUND;
		refuse(path, "exec: the interpreter that it names is not there");
	}
	if (errno != ENOENT && errno != ENOTDIR)
		*why = errno;
	return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
}

/* Never through a shell, as execvp(3) of some libraries does with a file of unknown format. */
void exec_with(char **argv, char **env)
{
	const char *path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	int why = ENOENT;

	for (char **e = env; *e; e++)
		if (strncmp(*e, "PATH=", 5) == 0)
			path = *e + 5;
	if (strchr(argv[0], '/')) {
		(void)exec_try(argv[0], argv, env, &why);
	} else {
		size_t length;
		bool more = *argv[0];

		for (; more; path += length + 1) {
			length = strcspn(path, ":");
			char *file =
			        xprintf("%.*s%s%s", (int)length, path, length ? "/" : "", argv[0]);

			more = exec_try(file, argv, env, &why) && path[length];
			free(file);
		}
	}
	errno = why;
	err_status = why == ENOENT  ? STATUS_NOT_FOUND
	             : why == E2BIG ? STATUS_OWN
	                            : STATUS_CANNOT_RUN;
	fail(argv[0], "exec");
}

void exec_command(char **argv)
{
	extern char **environ;

	exec_with(argv, environ);
}
