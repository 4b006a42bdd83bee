/* Events that are told in the right order: see event.h. */
#define _GNU_SOURCE
#include "event.h"

#include "err.h"
#include "log_time.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct event_view *view;

static struct event *held; /* those that wait for their turn */
static size_t held_count, held_room;
static bool holding;

void event_opt_time(const struct opt *opt, const char *arg)
{
	if (!log_time_given(arg, opt->into))
		opt_refuse(opt, arg,
		           "not a time (such as 2026-11-25T15:00:00Z, 1795618800.5, 1h30m)");
}

void event_begin(const struct event_view *how)
{
	view = how;
	holding = true;
}

/* Where a key is in the list, or is to be. */
static size_t place_of(const struct event *event, const char *key, bool *there)
{
	size_t length = strlen(key), i;

	*there = false;
	for (i = 0; i < event->attributes.count; i++) {
		const char *pair = event->attributes.at[i];
		size_t its_length = strcspn(pair, "=");
		int order = strncmp(pair, key, length < its_length ? length : its_length);

		if (order == 0 && length == its_length)
			*there = true;
		if (order > 0 || (order == 0 && length <= its_length))
			break;
	}
	return i;
}

const char *event_get(const struct event *event, const char *key)
{
	bool there;
	size_t i = place_of(event, key, &there);

	return there ? event->attributes.at[i] + strlen(key) + 1 : NULL;
}

void event_put(struct event *event, const char *key, const char *value)
{
	struct list *list = &event->attributes;
	char *pair = xprintf("%s=%s", key, value);
	bool there;
	size_t place = place_of(event, key, &there);

	if (there) {
		free(list->at[place]);
		list->at[place] = pair;
		return;
	}
	list_add(list, pair);
	for (size_t i = list->count - 1; i > place; i--) {
		list->at[i] = list->at[i - 1];
		list->at[i - 1] = pair;
	}
}

static void forget(struct event *event)
{
	for (size_t i = 0; i < event->attributes.count; i++)
		free(event->attributes.at[i]);
	free(event->attributes.at);
}

static void hold(const struct event *event)
{
	if (held_count == held_room)
		held = xrealloc(held, (held_room = 2 * held_room + 64) * sizeof(*held));
	held[held_count] = *event;
	held[held_count++].id = xstrdup(event->id);
}

void event_tell(struct event *event)
{
	/* What happens while we look is told, even if it took its time to come to be seen. */
	bool wanted = (!holding || event->time >= view->since) && event->time <= view->until &&
	              event_passes(event, &view->filters);

	if (wanted && holding) {
		hold(event);
		return;
	}
	if (wanted)
		event_print(event, view->format);
	forget(event);
}

/* Events of a container at the same time are in the order in which they were told. */
static int by_time(const void *a, const void *b)
{
	const struct event *const *left = a, *const *right = b;

	if ((*left)->time != (*right)->time)
		return (*left)->time < (*right)->time ? -1 : 1;
	return *left < *right ? -1 : 1;
}

void event_release(void)
{
	const struct event **order = xalloc((held_count + 1) * sizeof(struct event *));

	for (size_t i = 0; i < held_count; i++)
		order[i] = &held[i];
	qsort(order, held_count, sizeof(struct event *), by_time);
	for (size_t i = 0; i < held_count; i++)
		event_print(order[i], view->format);
	for (size_t i = 0; i < held_count; i++) {
		forget(&held[i]);
		free((char *)(uintptr_t)held[i].id);
	}
	free(order);
	free(held);
	held = NULL;
	held_count = held_room = 0;
	holding = false;
}
