/*
 * A small engine for the targets where there is no libFuzzer, with the same options:
 * driver [-max_total_time=SECONDS] [-seed=N] [-artifact_prefix=PREFIX] DIRECTORY
 * driver FILE
 *
 * Inputs are the files of the directory, whole, and then with random changes, parts of others among
 * them. The one that is being tried is in PREFIXlast until all has gone well.
 */
#define _GNU_SOURCE
#include "caught.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_INPUTS = 1024, LARGEST = 65536, SLOWEST = 30 /* seconds */ };

static struct input {
	uint8_t data[LARGEST];
	size_t size;
} * inputs[MOST_INPUTS];
static size_t count;
static uint64_t random_state = 1;
static const char *prefix = "";
static char *last;
static uint8_t *kept; /* the file `last`, */
static int kept_fd;

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
                                                     unsigned int seed);

/* xorshift64*, by Vigna: the same inputs for the same seed. */
static size_t below(size_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return limit ? (size_t)(random_state * 0x2545f4914f6cdd1dULL >> 32) % limit : 0;
}

/* A part of the other in the place of `length` bytes at `at`. */
static size_t put_part(uint8_t *data, size_t size, size_t most, size_t at, size_t length,
                       const struct input *other)
{
	size_t from = below(other->size), part = below(below(4) ? 16 : other->size - from + 1);

	if (part > other->size - from)
		part = other->size - from;
	if (size - length + part > most)
		return size;
	memmove(data + at + part, data + at + length, size - at - length);
	memcpy(data + at, other->data + from, part);
	return size - length + part;
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most)
{
	static const char signs[] = "\\\"'${}:-+#%/<>=,[]\n\t @0179azAZ\r`*?|&;~\x80\xff";
	static struct input self;

	for (size_t changes = 1 + below(6); changes; changes--) {
		size_t at = below(size + 1), length = below(below(3) ? 8 : size - at + 1);

		length = length > size - at ? size - at : length;
		switch (below(6)) {
		case 0:
			if (at < size)
				data[at] ^= (uint8_t)(1U << below(8));
			break;
		case 1:
			if (at < size)
				data[at] = (uint8_t)signs[below(sizeof(signs))];
			break;
		case 2: /* gone */
			memmove(data + at, data + at + length, size - at - length);
			size -= length;
			break;
		case 3: /* again */
			memcpy(self.data, data, size);
			self.size = size;
			size = put_part(data, size, most, at, 0, &self);
			break;
		default:
			size = put_part(data, size, most, at, below(2) ? length : 0,
			                inputs[below(count)]);
		}
	}
	return size;
}

static void try(const uint8_t *data, size_t size)
{
	/* A copy of its own size: what reads beyond it is found. */
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy || (kept && ftruncate(kept_fd, (off_t)size)))
		abort();
	memcpy(copy, data, size);
	if (kept)
		memcpy(kept, data, size);
	(void)alarm(SLOWEST);
	(void)LLVMFuzzerTestOneInput(copy, size);
	(void)alarm(0);
	free(copy);
}

static void read_input(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || count == MOST_INPUTS) {
		(void)close(fd);
		return;
	}
	struct input *input = inputs[count++] = calloc(1, sizeof(*input));
	ssize_t length = input ? read(fd, input->data, LARGEST) : 0;
	if (length > 0)
		input->size = (size_t)length;
	(void)close(fd);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_inputs(const char *path)
{
	struct dirent **names;
	int found = scandir(path, &names, NULL, by_name);

	for (int i = 0; i < found; i++) {
		char *name;

		if (asprintf(&name, "%s/%s", path, names[i]->d_name) < 0)
			abort();
		read_input(name);
		free(name);
	}
	if (found < 0)
		read_input(path);
}

static void keep_last(void)
{
	if (asprintf(&last, "%slast", prefix) < 0)
		abort();
	kept_fd = open(last, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (kept_fd < 0)
		abort();
	kept = mmap(NULL, LARGEST, PROT_READ | PROT_WRITE, MAP_SHARED, kept_fd, 0);
	if (kept == MAP_FAILED)
		abort();
}

static unsigned long run(time_t seconds)
{
	static struct input now;
	struct timespec begin, at;
	unsigned long runs = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		now = *inputs[below(count)];
		if (LLVMFuzzerCustomMutator)
			now.size = LLVMFuzzerCustomMutator(now.data, now.size, LARGEST,
			                                   (unsigned int)below(1 << 30));
		else
			now.size = LLVMFuzzerMutate(now.data, now.size, LARGEST);
		try(now.data, now.size);
		runs++;
		(void)clock_gettime(CLOCK_MONOTONIC, &at);
	} while (at.tv_sec - begin.tv_sec < seconds);
	return runs;
}

int main(int argc, char **argv)
{
	unsigned long seconds = 0, runs = 0;

	for (int i = 1; i < argc; i++) {
		if (sscanf(argv[i], "-max_total_time=%lu", &seconds) == 1 ||
		    sscanf(argv[i], "-seed=%lu", &random_state) == 1)
			continue;
		if (!strncmp(argv[i], "-artifact_prefix=", 17))
			prefix = argv[i] + 17;
		else if (*argv[i] != '-')
			read_inputs(argv[i]);
	}
	if (!count) {
		(void)fputs("driver: there are no inputs\n", stderr);
		return 2;
	}
	random_state |= 1;
	if (seconds)
		keep_last();
	for (size_t i = 0; i < count; i++)
		try(inputs[i]->data, inputs[i]->size);
	if (seconds)
		runs = run((time_t)seconds);
	if (last)
		(void)unlink(last);
	(void)fprintf(stderr, "Done %lu runs\n", runs + count);
	return 0;
}
