/*
 * The reader of layers: whatever the archive is, nothing is made, changed or removed outside of the
 * directory, and a directory is there only if it is said to be.
 *
 * Each archive is read by a process of its own, as it is by the tool: there are threads in it, and
 * it ends when something is wrong.
 */
#define _GNU_SOURCE
#include "caught.h"

#include "depth.h"
#include "err.h"
#include "io.h"
#include "layer_unpack.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Ours to be destroyed: a directory with a file, links to which lead out of the layer. */
static char *place;
static struct stat before[3];
static const char *const outside[] = {".", "outside", "outside/file"};
enum { OUTSIDE = sizeof(outside) / sizeof(outside[0]) };

static void leave(void)
{
	if (chdir("/") == 0)
		(void)remove_tree(AT_FDCWD, place);
}

static void look(struct stat *now)
{
	for (size_t i = 0; i < OUTSIDE; i++)
		if (lstat(outside[i], &now[i]))
			abort();
}

static void prepare(void)
{
	if (before[0].st_ino)
		return;
	const char *temporary = getenv("TMPDIR");
	place = xprintf("%s/mini-docker-fuzz.XXXXXX", temporary ? temporary : "/tmp");
	if (!mkdtemp(place) || chdir(place) || mkdir("outside", 0700))
		abort();
	CLOSED int fd = open("outside/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		abort();
	(void)atexit(leave);
	look(before);
}

static void no_tick(struct stream *stream)
{
	(void)stream;
}

/* Called last of all undoing: engines take it ill when a target calls exit(3). */
static void end(void *unused)
{
	(void)unused;
	_exit(STATUS_FAILED);
}

static _Noreturn void unpack(int fd, bool over)
{
	static struct tree tree;
	struct layer_facts facts;
	struct layer_counts counts = {0};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	err_fd = null;
	on_failure(end, NULL);
	allow_depth();
	tree_open(&tree, "layer", over);
	struct stream *stream = stream_open(fd, "archive", -1, NULL);
	layer_unpack(stream, &tree, &counts, no_tick);
	uint64_t zeros = stream_finish(stream, &facts);
	layer_check_end("archive", &counts, facts.tar_size, zeros);
	tree_finish(&tree);
	_exit(0);
}

/* The times of what is around change by the layer's coming and going only: all else stays. */
static void check_outside(void)
{
	struct stat now[OUTSIDE];

	look(now);
	for (size_t i = 0; i < OUTSIDE; i++)
		if (now[i].st_ino != before[i].st_ino || now[i].st_mode != before[i].st_mode ||
		    now[i].st_nlink != before[i].st_nlink || now[i].st_uid != before[i].st_uid ||
		    now[i].st_size != before[i].st_size ||
		    (i && now[i].st_ctim.tv_nsec != before[i].st_ctim.tv_nsec))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLOSED int fd = memfd_create("archive", MFD_CLOEXEC);
	int status;

	prepare();
	if (fd < 0 || write_all(fd, data, size) || lseek(fd, 0, SEEK_SET))
		abort();
	pid_t child = fork();
	if (child == 0)
		unpack(fd, size % 2);
	pid_t ended;
	do /* an engine has timers */
		ended = waitpid(child, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (child < 0 || ended < 0)
		abort();
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		abort();
	struct stat layer;
	if (WEXITSTATUS(status) == 1 && lstat("layer", &layer) == 0)
		abort();
	if (remove_tree(AT_FDCWD, "layer"))
		abort();
	check_outside();
	return 0;
}

/* What they find is no exit status that the tool has. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
	return "abort_on_error=1:detect_leaks=0";
}

const char *__ubsan_default_options(void)
{
	return "abort_on_error=1:print_stacktrace=1";
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);

/* The checksum of each block is put right, or all that is tried ends at the first one. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	enum { BLOCK = 512, SUM = 148, SUM_LENGTH = 8 };

	size = LLVMFuzzerMutate(data, size, most);
	for (size_t at = 0; seed % 8 && at + BLOCK <= size; at += BLOCK) {
		unsigned int sum = SUM_LENGTH * ' ';

		if (memcmp(data + at + 257, "ustar", 5) != 0)
			continue;
		for (size_t i = 0; i < BLOCK; i++)
			sum += i < SUM || i >= SUM + SUM_LENGTH ? data[at + i] : 0;
		(void)snprintf((char *)data + at + SUM, SUM_LENGTH, "%06o", sum);
		data[at + SUM + SUM_LENGTH - 1] = ' ';
	}
	return size;
}
