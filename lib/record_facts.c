/* What `run` tells of a container's process, and what is true of that now: see record.h. */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "process.h"
#include "record.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Is what was written down of this boot? Pids and start times begin anew with each. */
static bool is_this_boot(const struct list *facts)
{
	static char *now;
	const char *then = pair_value(facts, "boot");

	if (!now)
		now = boot_id();
	return !then || !strcmp(then, now);
}

/* Does the process live whose pid and start time are told as KEY and KEY_start? */
static bool lives(const struct list *facts, const char *key, const char *start_key)
{
	const char *pid = pair_value(facts, key), *start = pair_value(facts, start_key);

	/* One that started at another time is another process. */
	return pid && start && is_this_boot(facts) && *start != '0' &&
	       process_start(atoi(pid)) == strtoull(start, NULL, 10);
}

/* What `run` tells: see record.h. */
static void judge(struct record *record, const struct list *facts, bool locked)
{
	bool started = pair_value(facts, "pid") && pair_value(facts, "start");

	if (pair_value(facts, "exit")) {
		record->status = "exited";
		return;
	}
	/* A lock is the supervisor's, who has not seen it end; that spares a look into /proc. */
	record->alive = (locked && started) || lives(facts, "pid", "start");
	/* Without the process, the supervisor is about to tell how that ended. */
	if (record->alive || lives(facts, "supervisor", "supervisor_start"))
		record->status = "running";
	else if (!started && lives(facts, "owner", "owner_start"))
		record->claimed = true;
	else if (started || pair_value(facts, "owner"))
		record->status = "dead";
	/* Nobody has told how it ended: what kills a supervisor has it killed. */
	if (started && !strcmp(record->status, "dead"))
		list_add(&record->facts, xstrdup(is_this_boot(facts) ? "exit=137" : "exit=255"));
}

/* Where a key has its place among `slots`, a power of two and more than there are keys. */
static size_t place_of(const char *const *seen, size_t slots, const char *pair)
{
	size_t length = (size_t)(strchr(pair, '=') + 1 - pair), hash = 5381;

	for (size_t i = 0; i < length; i++)
		hash = hash * 33 + (unsigned char)pair[i];
	for (;; hash++)
		if (!seen[hash & (slots - 1)] || !strncmp(seen[hash & (slots - 1)], pair, length))
			return hash & (slots - 1);
}

/* A later line stands for the ones before with the same key; without a value, for none. There may
   be thousands, of ports. */
static void keep_last(struct list *facts)
{
	size_t slots = 16, kept = facts->count;

	while (slots < 2 * facts->count)
		slots *= 2;
	FREED const char **seen = xalloc(slots * sizeof(*seen));
	for (size_t i = facts->count; i-- > 0;) {
		char *pair = facts->at[i];
		size_t place = place_of(seen, slots, pair);

		if (!seen[place] && *(strchr(pair, '=') + 1))
			facts->at[--kept] = pair;
		seen[place] = pair;
	}
	facts->count -= kept;
	memmove(facts->at, facts->at + kept, (facts->count + 1) * sizeof(*facts->at));
}

/* Empty: there is no such file. False with errno: it cannot be read. */
static bool read_facts(int store, const char *id, const char *file, struct list *facts,
                       bool *locked)
{
	size_t length;
	char *text = record_read(store, record_path("", id, file), &length, locked);

	if (!text)
		return errno == ENOENT;
	for (char *line; (line = strsep(&text, "\n"));) {
		char *tab = strchr(line, '\t');

		/* Without its newline a line is not complete. */
		if (!tab || !text)
			continue;
		*tab = '=';
		list_add(facts, line);
	}
	if (facts->count)
		keep_last(facts);
	return true;
}

/* A number nobody has, or somebody else has since the machine was started, must not get a signal.
 */
static void add_facts(struct record *record, const struct list *facts)
{
	bool before = !is_this_boot(facts);

	for (size_t i = 0; i < facts->count; i++)
		if ((record->alive ||
		     (strncmp(facts->at[i], "pid=", 4) && strncmp(facts->at[i], "start=", 6))) &&
		    !(before && !strncmp(facts->at[i], "supervisor", 10)))
			list_add(&record->facts, facts->at[i]);
}

bool record_is_supervised(const struct record *record)
{
	return lives(&record->facts, "supervisor", "supervisor_start");
}

static bool is_set(const struct list *pairs, const char *key)
{
	const char *value = pair_value(pairs, key);

	return value && *value;
}

/* Of pauses, and a policy to start it again, the record tells. */
static void refine(struct record *record)
{
	const char *restart = pair_value(&record->pairs, "restart");

	const char *paused = pair_value(&record->pairs, "paused");
	const char *start = pair_value(&record->facts, "start");

	/* The process that was paused, and not one that was started since. */
	if (!strcmp(record->status, "running") && paused && start && !strcmp(paused, start))
		record->status = "paused";
	/* Its supervisor sees to that last of all. */
	if (!strcmp(record->status, "exited") && !record->claimed && restart &&
	    strcmp(restart, "no") != 0 && !is_set(&record->pairs, "stopped") &&
	    record_is_supervised(record))
		record->status = "restarting";
}

bool record_load_facts(int store, struct record *record)
{
	struct list facts = {0}, before = {0};

	bool locked = false;

	if (!read_facts(store, record->id, "run", &facts, &locked))
		return false;
	judge(record, &facts, locked);
	add_facts(record, &facts);
	record->again = pair_value(&facts, "again") && !pair_value(&facts, "pid");
	/* Until it runs again it has ended as it had before. */
	if (record->again && read_facts(store, record->id, "run.old", &before, NULL)) {
		if (record->claimed && pair_value(&before, "exit"))
			record->status = "exited";
		add_facts(record, &before);
	}
	refine(record);
	free(facts.at);
	free(before.at);
	return true;
}
