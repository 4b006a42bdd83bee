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
#include <inttypes.h>
#include <signal.h>
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

static pid_t start(int in, int root, char **argv)
{
	pid_t pid = fork();

	if (pid == 0)
		exec_on(in, root, argv);
	if (pid < 0)
		fail(argv[0], "fork");
	return pid;
}

static int status_of(pid_t pid, const char *name)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail(name, "wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_FAILED;
}

/* Is it one? An open file has one place where it is read. */
static bool is_archive(const struct context_entry *entry, int root)
{
	char *check[] = {"tree-copy", "check", NULL};

	if (!begins_like_archive(entry))
		return false;
	int status = status_of(start(entry->fd, root, check), check[0]);
	if (status > STATUS_FAILED)
		refuse(check[0], "could not be run");
	if (lseek(entry->fd, 0, SEEK_SET) < 0)
		fail(layer_object(NULL, entry->object), "seek");
	return !status;
}

/* What the digest is of is what was unpacked, even if somebody writes to the file meanwhile. */
static void feed(const struct context_entry *entry, int to, struct context_digest *digest)
{
	static char buffer[256 * 1024];
	struct digest contents;
	bool taken = true;
	ssize_t got;

	digest_begin(&contents);
	for (off_t at = 0; (got = pread(entry->fd, buffer, sizeof(buffer), at)) > 0; at += got) {
		digest_add(&contents, buffer, (size_t)got);
		/* What is behind the archive's end is not taken. */
		taken = taken && !write_all(to, buffer, (size_t)got);
	}
	(void)close(to);
	if (got < 0)
		fail(layer_object(NULL, entry->object), "read");
	if (digest)
		context_digest_contents(digest, &contents);
}

bool context_unpack(const struct context_entry *entry, const struct copy_to *to)
{
	char root[32], entries[24], ratio[24], size[24];
	char *receive[] = {"tree-copy",      "receive",     "--into",
	                   "--root",         root,          "--max-entries",
	                   entries,          "--max-ratio", ratio,
	                   "--max-size",     size,          "--",
	                   (char *)to->path, NULL};
	int ends[2];

	(void)snprintf(entries, sizeof(entries), "%" PRIu64, to->limit.entries);
	(void)snprintf(ratio, sizeof(ratio), "%" PRIu64, to->limit.ratio);
	(void)snprintf(size, sizeof(size), "%" PRIu64, to->limit.size);
	if (!is_archive(entry, to->root))
		return false;
	CLOSED int made = inside_make(to->path, true);
	if (made < 0)
		fail(to->path, "make the directory");
	(void)snprintf(root, sizeof(root), "/proc/self/fd/%d", to->root);
	if (pipe2(ends, O_CLOEXEC))
		fail(receive[0], "pipe");
	pid_t pid = start(ends[0], to->root, receive);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)close(ends[0]);
	feed(entry, ends[1], to->digest);
	if (status_of(pid, receive[0]))
		refuse(layer_object(NULL, entry->object), "could not be unpacked");
	return true;
}
