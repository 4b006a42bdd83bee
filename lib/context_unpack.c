/*
 * An archive of a context, unpacked: see context_copy.h. That is tree-copy's work, for archives
 * need libraries that take ten times as long to load as the rest of a copy takes. So it is called
 * only for what begins like an archive, and asked first: compressed files are not all archives.
 */
#define _GNU_SOURCE
#include "context_copy.h"

#include "err.h"
#include "inside.h"
#include "io.h"
#include "layer_name.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { HEADER = 512, CHECKSUM = 148, CHECKSUM_END = 156 };

/* The first header of a tar archive has the sum of its bytes in it, itself taken for blanks. */
static bool is_header(const uint8_t *header)
{
	char digits[CHECKSUM_END - CHECKSUM + 1] = {0};
	unsigned long sum = 0;

	memcpy(digits, header + CHECKSUM, sizeof(digits) - 1);
	for (int i = 0; i < HEADER; i++)
		sum += i < CHECKSUM || i >= CHECKSUM_END ? header[i] : ' ';
	return sum == strtoul(digits, NULL, 8);
}

static bool begins_like_archive(const struct context_entry *entry)
{
	/* gzip, bzip2, xz, zstd */
	static const char *const magics[] = {"\037\213", "BZh", "\3757zXZ", "(\265/\375"};
	uint8_t begin[HEADER] = {0};
	ssize_t got = pread(entry->fd, begin, sizeof(begin), 0);

	if (got < 0)
		fail(layer_object(NULL, entry->object), "read");
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (memcmp(begin, magics[i], strlen(magics[i])) == 0)
			return true;
	return got == HEADER && is_header(begin);
}

static _Noreturn void exec_on(int in, int root, char **argv)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    fcntl(root, F_SETFD, 0))
		fail(argv[0], "open its files");
	exec_command(argv);
}

/* Run it on the file from its beginning; its exit status. */
static int run(int in, int root, char **argv)
{
	int status;

	if (lseek(in, 0, SEEK_SET) < 0)
		fail(argv[0], "seek");
	pid_t pid = fork();
	if (pid == 0)
		exec_on(in, root, argv);
	if (pid < 0)
		fail(argv[0], "fork");
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail(argv[0], "wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_FAILED;
}

bool context_unpack(const struct context_entry *entry, const struct copy_to *to)
{
	char root[32];
	char *check[] = {"tree-copy", "check", NULL};
	char *receive[] = {"tree-copy", "receive", "--into",         "--root",
	                   root,        "--",      (char *)to->path, NULL};

	(void)snprintf(root, sizeof(root), "/proc/self/fd/%d", to->root);
	int status = begins_like_archive(entry) ? run(entry->fd, to->root, check) : STATUS_FAILED;
	if (status > STATUS_FAILED)
		refuse(check[0], "could not be run");
	if (status) {
		if (lseek(entry->fd, 0, SEEK_SET) < 0)
			fail(layer_object(NULL, entry->object), "seek");
		return false;
	}
	CLOSED int made = inside_make(to->path, true);
	if (made < 0)
		fail(to->path, "make the directory");
	if (run(entry->fd, to->root, receive))
		refuse(layer_object(NULL, entry->object), "could not be unpacked");
	return true;
}
