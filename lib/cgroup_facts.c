/* Facts of cgroups: see cgroup_facts.h. */
#define _GNU_SOURCE
#include "cgroup_facts.h"

#include "cgroup_processes.h"
#include "io.h"
#include "num.h"
#include "text.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Where a file has many facts, `word` begins the line of this one. Or it stands in many lines, in
 * front of a number each.
 */
struct place {
	const char *file, *word;
	unsigned int times; /* to have nanoseconds; SUM: of all lines */
};

enum { SUM = 0 };

/* clang-format off */
static const struct fact {
	const char *key, *controller;
	struct place v1, v2;
} facts[] = {
	{"memory.usage", "memory", {"memory.usage_in_bytes", NULL, 1}, {"memory.current", NULL, 1}},
	{"memory.limit", "memory", {"memory.limit_in_bytes", NULL, 1}, {"memory.max", NULL, 1}},
	{"memory.peak", "memory", {"memory.max_usage_in_bytes", NULL, 1}, {"memory.peak", NULL, 1}},
	{"memory.inactive_file", "memory",
	 {"memory.stat", "total_inactive_file", 1}, {"memory.stat", "inactive_file", 1}},
	{"memory.oom_kill", "memory", {"memory.oom_control", "oom_kill", 1}, {"memory.events", "oom_kill", 1}},
	{"cpu.usage", "cpuacct", {"cpuacct.usage", NULL, 1}, {"cpu.stat", "usage_usec", 1000}},
	{"cpu.throttled", "cpu", {"cpu.stat", "throttled_time", 1}, {"cpu.stat", "throttled_usec", 1000}},
	{"io.read", "blkio", {"blkio.throttle.io_service_bytes_recursive", "Read", SUM}, {"io.stat", "rbytes", SUM}},
	{"io.write", "blkio", {"blkio.throttle.io_service_bytes_recursive", "Write", SUM}, {"io.stat", "wbytes", SUM}},
	{"pids.current", "pids", {"pids.current", NULL, 1}, {"pids.current", NULL, 1}},
	{"pids.limit", "pids", {"pids.max", NULL, 1}, {"pids.max", NULL, 1}},
};
/* clang-format on */

/* v1 counts up to the last whole page below 2^63: that is no limit. */
enum { LARGEST_PAGE = 65536 };

/* The text of the value in `text`, which is changed; NULL: not there. */
static char *find_value(char *text, const char *word)
{
	size_t length = word ? strlen(word) : 0;

	for (char *line; (line = strsep(&text, "\n"));)
		if (!word || (strncmp(line, word, length) == 0 && line[length] == ' '))
			return word ? line + length + 1 : line;
	return NULL;
}

/* Of all devices. In v1 `8:0 Read 5`, in v2 `8:0 rbytes=5 wbytes=7`. */
static uint64_t sum(const char *text, const char *word)
{
	size_t length = strlen(word);
	uint64_t total = 0;

	for (const char *at = text; (at = strstr(at, word)); at += length)
		if (at > text && at[-1] == ' ' && (at[length] == ' ' || at[length] == '='))
			total += strtoull(at + length + 1, NULL, 10);
	return total;
}

/* The value, without end: UINT64_MAX. False: there is none. */
static bool read_fact(const struct hierarchy *h, const struct place *place, uint64_t *number)
{
	FREED char *text = read_file(h->dir, place->file, 1 << 20, NULL);

	if (text && place->times == SUM) {
		*number = sum(text, place->word);
		return true;
	}
	const char *found = text ? find_value(text, place->word) : NULL;
	if (!found)
		return false;
	if (num_parse(found, UINT64_MAX, number) || *number >= INT64_MAX - LARGEST_PAGE)
		*number = UINT64_MAX;
	else
		*number *= place->times;
	return true;
}

static void print_key(const char *key, bool json, bool *first)
{
	if (json)
		printf("%c\"%s\":", *first ? '{' : ',', key);
	else
		printf("%s\t", key);
	*first = false;
}

static void print_number(const char *key, uint64_t number, bool json, bool *first)
{
	print_key(key, json, first);
	if (number == UINT64_MAX)
		fputs(json ? "null" : "max", stdout);
	else
		printf("%" PRIu64, number);
	if (!json)
		putchar('\n');
}

static void print_path(const char *path, bool json, bool *first)
{
	print_key("cgroup", json, first);
	if (json)
		text_json(path);
	else
		text_field(path);
	if (!json)
		putchar('\n');
}

void facts_print(struct cgroup *cg, bool json, bool named)
{
	bool first = true;

	if (named)
		print_path(cg->path, json, &first);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		const struct hierarchy *h = cg_with(cg, facts[i].controller);
		uint64_t number;

		if (h && h->dir >= 0 && read_fact(h, h->v2 ? &facts[i].v2 : &facts[i].v1, &number))
			print_number(facts[i].key, number, json, &first);
	}
	if (cg_is_frozen(cg) >= 0)
		print_number("frozen", cg_is_frozen(cg) > 0, json, &first);
	if (json)
		printf("}\n");
}
