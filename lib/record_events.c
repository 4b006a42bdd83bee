/* Events of one container: see record_events.h. */
#define _GNU_SOURCE
#include "record_events.h"

#include "err.h"
#include "event.h"
#include "io.h"
#include "log_time.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 1 << 30 };

struct container *container_new(const char *id)
{
	struct container *c = xalloc(sizeof(*c));

	(void)snprintf(c->id, sizeof(c->id), "%s", id);
	c->run = c->supervisor = c->watches[0] = c->watches[1] = -1;
	return c;
}

void container_free(struct container *c)
{
	close_fd(&c->run);
	close_fd(&c->supervisor);
	free(c->record);
	free(c);
}

static const char *value_in(const char *record, size_t length, const char *key)
{
	size_t key_length = strlen(key);

	for (const char *pair = record; pair && pair < record + length; pair += strlen(pair) + 1)
		if (!strncmp(pair, key, key_length) && pair[key_length] == '=')
			return pair + key_length + 1;
	return "";
}

/* What people called it. */
static const char *image_of(const struct container *c)
{
	static const char *const keys[] = {"image_name", "rootfs", "image"};
	const char *value = "";

	for (size_t i = 0; !*value && i < sizeof(keys) / sizeof(keys[0]); i++)
		value = value_in(c->record, c->length, keys[i]);
	return value;
}

/* lab_N=KEY=VALUE */
static void put_labels(const struct container *c, struct event *event)
{
	for (const char *pair = c->record; pair && pair < c->record + c->length;
	     pair += strlen(pair) + 1) {
		const char *key = strchr(pair, '='), *value = key ? strchr(key + 1, '=') : NULL;

		if (strncmp(pair, "lab_", 4) != 0 || !value)
			continue;
		FREED char *name = xprintf("%.*s", (int)(value - key - 1), key + 1);
		event_put(event, name, value + 1);
	}
}

void container_tell(const struct container *c, int64_t time, const char *action, const char *key,
                    const char *value)
{
	struct event event = {.time = time, .action = action, .id = c->id};
	char duration[32];

	put_labels(c, &event);
	if (c->record) {
		event_put(&event, "image", image_of(c));
		event_put(&event, "name", value_in(c->record, c->length, "name"));
	}
	if (key)
		event_put(&event, key, value);
	if (!strcmp(action, "die") && c->started) {
		(void)snprintf(duration, sizeof(duration), "%lld",
		               (long long)((time - c->started) / 1000000000));
		event_put(&event, "execDuration", duration);
	}
	event_tell(&event);
}

static void tell_creation(const struct container *c)
{
	const char *created = value_in(c->record, c->length, "created");
	int64_t time;

	if (!log_time_parse(created, strlen(created), &time))
		time = log_now();
	container_tell(c, time, "create", NULL, NULL);
}

static void tell_health(const struct container *c, const char *health)
{
	static const char *const states[] = {"health_status: healthy", "health_status: unhealthy"};

	for (size_t i = 0; i < 2; i++)
		if (!strcmp(states[i] + strlen("health_status: "), health))
			container_tell(c, log_now(), states[i], NULL, NULL);
}

static void tell_changes(const struct container *c, const char *before, size_t length)
{
	static const char *const keys[] = {"name", "limits", "restart", "paused", "health"};
	const char *was[5], *is[5];
	bool changed[5];

	for (size_t i = 0; i < 5; i++) {
		was[i] = value_in(before, length, keys[i]);
		is[i] = value_in(c->record, c->length, keys[i]);
		changed[i] = strcmp(was[i], is[i]) != 0;
	}
	if (changed[0])
		container_tell(c, log_now(), "rename", "oldName", was[0]);
	if (changed[1] || changed[2])
		container_tell(c, log_now(), "update", NULL, NULL);
	/* What is noted of a run that is over is cleared when the next one begins. */
	if (changed[3] && (*is[3] || (c->started && !c->ended)))
		container_tell(c, log_now(), *is[3] ? "pause" : "unpause", NULL, NULL);
	if (changed[4])
		tell_health(c, is[4]);
}

void container_look(struct container *c, const char *prefix)
{
	char *before = c->record;
	size_t length = c->length, new_length;
	char *new =
	        read_file(AT_FDCWD, record_path(prefix, c->id, "record"), MOST_BYTES, &new_length);

	if (!new &&errno != ENOENT)
		complain(store_file(record_path(prefix, c->id, "record")), "read");
	if (!new)
		return;
	c->record = new;
	c->length = new_length;
	if (before)
		tell_changes(c, before, length);
	else
		tell_creation(c);
	free(before);
}
