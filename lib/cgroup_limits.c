/*
 * Limits of cgroups: see cgroup_limits.h. Units and files: cgroup-v1/memory.rst, cpusets.rst,
 * pids.rst, scheduler/sched-bwc.rst, and cgroup-v2.rst of the kernel's documentation.
 */
#define _GNU_SOURCE
#include "cgroup_limits.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PERIOD = 100000, SHARES_LEAST = 2, SHARES_MOST = 262144 };

typedef void formatter(char *out, size_t size, const struct limit_value *value);

static void number_or_minus(char *out, size_t size, const struct limit_value *value)
{
	(void)snprintf(out, size, value->unlimited ? "-1" : "%" PRIu64, value->number);
}

static void number_or_max(char *out, size_t size, const struct limit_value *value)
{
	(void)snprintf(out, size, value->unlimited ? "max" : "%" PRIu64, value->number);
}

static void period(char *out, size_t size, const struct limit_value *value)
{
	(void)value;
	(void)snprintf(out, size, "%d", PERIOD);
}

static void quota(char *out, size_t size, const struct limit_value *value)
{
	struct limit_value microseconds = *value;

	microseconds.number /= 1000000000 / PERIOD;
	number_or_minus(out, size, &microseconds);
}

static void quota_and_period(char *out, size_t size, const struct limit_value *value)
{
	struct limit_value microseconds = *value;

	microseconds.number /= 1000000000 / PERIOD;
	number_or_max(out, size, &microseconds);
	(void)snprintf(out + strlen(out), size - strlen(out), " %d", PERIOD);
}

/* From 2..262144 to 1..10000 in a straight line, as OCI runtimes do. */
static void weight(char *out, size_t size, const struct limit_value *value)
{
	uint64_t shares = value->number < SHARES_LEAST  ? SHARES_LEAST
	                  : value->number > SHARES_MOST ? SHARES_MOST
	                                                : value->number;

	(void)snprintf(out, size, "%" PRIu64,
	               1 + (shares - SHARES_LEAST) * 9999 / (SHARES_MOST - SHARES_LEAST));
}

/* clang-format off */
static const struct file {
	enum limit limit;
	const char *controller;
	const char *v1;
	formatter *v1_format; /* NULL: the text as it was given */
	const char *v2;
	formatter *v2_format;
} files[] = {
	{LIMIT_MEMORY, "memory", "memory.limit_in_bytes", number_or_minus, "memory.max", number_or_max},
	{LIMIT_SWAP, "memory", "memory.memsw.limit_in_bytes", number_or_minus, "memory.swap.max", number_or_max},
	{LIMIT_RESERVATION, "memory", "memory.soft_limit_in_bytes", number_or_minus, "memory.low", number_or_max},
	{LIMIT_CPUS, "cpu", "cpu.cfs_period_us", period, NULL, NULL},
	{LIMIT_CPUS, "cpu", "cpu.cfs_quota_us", quota, "cpu.max", quota_and_period},
	{LIMIT_SHARES, "cpu", "cpu.shares", number_or_minus, "cpu.weight", weight},
	{LIMIT_CPUSET_CPUS, "cpuset", "cpuset.cpus", NULL, "cpuset.cpus", NULL},
	{LIMIT_CPUSET_MEMS, "cpuset", "cpuset.mems", NULL, "cpuset.mems", NULL},
	{LIMIT_PIDS, "pids", "pids.max", number_or_max, "pids.max", number_or_max},
};
/* clang-format on */

/* What a file held before, for limits_write() to put back. */
struct before {
	int dir;
	const char *path, *name;
	char *text;
};

static void put_back(void *of)
{
	struct before *before = of;

	if (write_file(before->dir, before->name, before->text))
		complain(before->path, "%s: put back what it was", before->name);
}

/* 0, or -1 with errno and nothing changed. */
static int write_limit(const struct cgroup *cg, const struct hierarchy *h, const struct file *file,
                       const struct limit_value *value)
{
	formatter *format = h->v2 ? file->v2_format : file->v1_format;
	const char *name = h->v2 ? file->v2 : file->v1;
	char text[64], *old = h->made ? NULL : read_file(h->dir, name, 65536, NULL);

	if (format)
		format(text, sizeof(text), value);
	if (write_file(h->dir, name, format ? text : value->text)) {
		int why = errno;
		free(old);
		errno = why;
		return -1;
	}
	if (old) {
		struct before before = {h->dir, cg->path, name, old};

		on_failure(put_back, memcpy(xalloc(sizeof(before)), &before, sizeof(before)));
	}
	return 0;
}

/*
 * v2 takes CPUs and nodes that are not there, or not for this cgroup, and runs it elsewhere. That
 * is not what was asked for, and v1 refuses it as well.
 */
static void check_effective(const struct cgroup *cg, const struct hierarchy *h, const char *name)
{
	FREED char *effective = xprintf("%s.effective", name);
	FREED char *wanted = read_file(h->dir, name, 65536, NULL);
	FREED char *got = read_file(h->dir, effective, 65536, NULL);

	if (!wanted || !got)
		fail(cg->path, "read %s", effective);
	if (strcmp(wanted, got) != 0)
		refuse(cg->path, "%s: %.*s: not all available: it has %.*s", name,
		       (int)strcspn(wanted, "\n"), wanted, (int)strcspn(got, "\n"), got);
}

static _Noreturn void limit_failed(const struct cgroup *cg, const struct hierarchy *h,
                                   const char *name, const struct limit_value *value)
{
	/* EACCES of a file that can be written: more than the cgroup above has. */
	if (value->text && (errno == ERANGE || errno == EINVAL || errno == EACCES) &&
	    faccessat(h->dir, name, W_OK, 0) == 0)
		refuse(cg->path, "%s: %s: not all available", name, value->text);
	if (errno == EINVAL && strcmp(name, "memory.limit_in_bytes") == 0)
		refuse(cg->path, "%s: above the limit of memory and swap", name);
	fail(cg->path, "%s", name);
}

void limits_write(struct limits *limits, struct cgroup *cg)
{
	for (const struct file *file = files; file < files + sizeof(files) / sizeof(*files);
	     file++) {
		struct limit_value *value = &limits->of[file->limit];
		struct hierarchy *h = value->given ? cg_with(cg, file->controller) : NULL;
		const char *name = !h ? NULL : h->v2 ? file->v2 : file->v1;

		if (!name)
			continue;
		int failed = write_limit(cg, h, file, value);
		/* v1: memory never exceeds memory and swap. Raising both, the other goes first. */
		if (failed && errno == EINVAL && !h->v2 && file->limit == LIMIT_MEMORY &&
		    value[1].given)
			failed = write_limit(cg, h, file + 1, value + 1) ||
			         write_limit(cg, h, file, value);
		if (failed && errno == ENOENT && value->optional)
			continue;
		if (failed)
			limit_failed(cg, h, name, value);
		if (h->v2 && !file->v2_format)
			check_effective(cg, h, name);
	}
	if (limits->devices.count)
		devices_write(&limits->devices, cg_with(cg, "devices"), cg->path);
}

/* v2 limits swap by itself: for the sum, the memory limit must be known, here or in the cgroup. */
static uint64_t memory_limit(const struct limits *limits, struct cgroup *cg, bool new)
{
	const struct limit_value *memory = &limits->of[LIMIT_MEMORY];
	uint64_t bytes;

	if (memory->given && !memory->unlimited)
		return memory->number;
	if (!memory->given && !new) {
		const struct hierarchy *h = cg_need(cg, "memory");
		FREED char *text =
		        read_file(h->dir, h->v2 ? "memory.max" : "memory.limit_in_bytes", 64, NULL);

		if (!text)
			fail(cg->path, "read the memory limit");
		text[strcspn(text, "\n")] = '\0';
		if (num_parse(text, UINT64_MAX, &bytes) == 0)
			return bytes;
	}
	refuse(cg->path, "a limit of memory and swap needs a memory limit");
}

static void settle_swap(struct limits *limits, struct cgroup *cg, bool new)
{
	struct limit_value *memory = &limits->of[LIMIT_MEMORY], *swap = &limits->of[LIMIT_SWAP];

	if (!swap->given && new && memory->given && !memory->unlimited)
		*swap = (struct limit_value){.given = true,
		                             .optional = true,
		                             .number = 2 * memory->number};
	if (!swap->given || swap->unlimited)
		return;
	uint64_t bytes = memory_limit(limits, cg, new);
	if (swap->number < bytes)
		refuse(cg->path, "the limit of memory and swap is below that of memory");
	if (cg_need(cg, "memory")->v2)
		swap->number -= bytes;
}

void limits_check(struct limits *limits, struct cgroup *cg, bool new)
{
	for (const struct file *file = files; file < files + sizeof(files) / sizeof(*files); file++)
		if (limits->of[file->limit].given)
			(void)cg_need(cg, file->controller);
	if (limits->devices.count)
		(void)cg_need(cg, "devices");
	settle_swap(limits, cg, new);
}
