/* Facts of cgroups: see cgroup_facts.h. */
#define _GNU_SOURCE
#include "cgroup_facts.h"

#include "cgroup_processes.h"
#include "io.h"
#include "num.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where a file has many facts, `word` begins the line of this one. */
struct place {
	const char *file, *word;
	unsigned int times; /* to have nanoseconds */
};

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

static void print_fact(const char *key, const char *value, bool json)
{
	static bool first = true;

	if (json)
		printf("%s\"%s\":%s", first ? "{" : ",", key,
		       strcmp(value, "max") ? value : "null");
	else
		printf("%s\t%s\n", key, value);
	first = false;
}

void facts_print(struct cgroup *cg, bool json)
{
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		const struct hierarchy *h = cg_with(cg, facts[i].controller);
		const struct place *place = h && h->v2 ? &facts[i].v2 : &facts[i].v1;
		char value[32] = "max";
		uint64_t number;

		if (!h || h->dir < 0)
			continue;
		FREED char *text = read_file(h->dir, place->file, 1 << 20, NULL);
		const char *found = text ? find_value(text, place->word) : NULL;
		if (!found)
			continue;
		if (num_parse(found, UINT64_MAX, &number) == 0 && number < INT64_MAX - LARGEST_PAGE)
			(void)snprintf(value, sizeof(value), "%" PRIu64, number * place->times);
		print_fact(facts[i].key, value, json);
	}
	if (cg_is_frozen(cg) >= 0)
		print_fact("frozen", cg_is_frozen(cg) ? "1" : "0", json);
	if (json)
		printf("}\n");
}
