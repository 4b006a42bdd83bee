/* Which events are wanted, and how they look: see event.h. */
#define _GNU_SOURCE
#include "event.h"

#include "log_time.h"
#include "text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const int64_t second = 1000000000;

static bool begins_with(const char *text, const char *beginning)
{
	return !strncmp(text, beginning, strlen(beginning));
}

static bool is_container(const struct event *event, const char *wanted)
{
	const char *name = event_get(event, "name");

	return (*wanted && begins_with(event->id, wanted)) || (name && !strcmp(name, wanted));
}

/* `health_status` stands for each `health_status: X`. */
static bool is_action(const struct event *event, const char *wanted)
{
	size_t length = strlen(wanted);

	return !strncmp(event->action, wanted, length) &&
	       (!event->action[length] || event->action[length] == ':');
}

/* With its tag or without. */
static bool is_image(const struct event *event, const char *wanted)
{
	static const char latest[] = ":latest";
	const char *image = event_get(event, "image");
	size_t length = strlen(wanted);

	if (!image)
		return false;
	if (length > strlen(latest) && !strcmp(wanted + length - strlen(latest), latest) &&
	    !strchr(strrchr(image, '/') ? strrchr(image, '/') : image, ':'))
		length -= strlen(latest);
	return !strncmp(image, wanted, length) &&
	       (!image[length] || (image[length] == ':' && !strchr(image + length, '/')));
}

static bool has_label(const struct event *event, const char *wanted)
{
	const char *equals = strchr(wanted, '=');

	for (size_t i = 0; i < event->attributes.count; i++) {
		const char *pair = event->attributes.at[i];
		size_t length = strcspn(pair, "=");

		if (equals ? !strcmp(pair, wanted)
		           : strlen(wanted) == length && !strncmp(pair, wanted, length))
			return true;
	}
	return false;
}

static bool is_type(const struct event *event, const char *wanted)
{
	(void)event;
	return !strcmp(wanted, "container");
}

static const struct filter {
	const char *key;
	bool (*lets)(const struct event *event, const char *wanted);
	bool all; /* of them are to be met */
} filters[] = {
        {"container=", is_container, false},
        {"event=",     is_action,    false},
        {"image=",     is_image,     false},
        {"label=",     has_label,    true },
        {"type=",      is_type,      false},
};

enum { FILTERS = sizeof(filters) / sizeof(filters[0]) };

void event_opt_filter(const struct opt *opt, const char *arg)
{
	for (size_t i = 0; i < FILTERS; i++)
		if (begins_with(arg, filters[i].key)) {
			opt_list(opt, arg);
			return;
		}
	opt_refuse(opt, arg, "none of container=, event=, image=, label=, type=");
}

bool event_passes(const struct event *event, const struct list *given)
{
	for (const struct filter *f = filters; f < filters + FILTERS; f++) {
		size_t asked = 0, met = 0;

		for (size_t i = 0; i < given->count; i++)
			if (begins_with(given->at[i], f->key)) {
				asked++;
				met += f->lets(event, given->at[i] + strlen(f->key));
			}
		if (f->all ? met < asked : asked && !met)
			return false;
	}
	return true;
}

static void print_time(int64_t time)
{
	char text[LOG_TIME_SIZE];

	(void)fputs(log_time_text(time, text), stdout);
}

static void print_line(const struct event *event)
{
	static const char *const first[] = {"name", "image"};

	print_time(event->time);
	printf("\t%s\t%s", event->action, event->id);
	for (size_t i = 0; i < 2; i++) {
		const char *value = event_get(event, first[i]);

		putchar('\t');
		/* Not empty: a shell's `read` takes two tabs for one. */
		text_field(value && *value ? value : "-");
	}
	for (size_t i = 0; i < event->attributes.count; i++) {
		const char *pair = event->attributes.at[i];

		if (begins_with(pair, "name=") || begins_with(pair, "image="))
			continue;
		putchar('\t');
		text_field(pair);
	}
	putchar('\n');
}

static void print_text(const struct event *event)
{
	print_time(event->time);
	printf(" container %s %s (", event->action, event->id);
	for (size_t i = 0; i < event->attributes.count; i++) {
		fputs(i ? ", " : "", stdout);
		text_field(event->attributes.at[i]);
	}
	puts(")");
}

static void print_attributes(const struct event *event)
{
	for (size_t i = 0; i < event->attributes.count; i++) {
		char *pair = event->attributes.at[i], *equals = strchr(pair, '=');

		fputs(i ? "," : "", stdout);
		text_json_bytes(pair, (size_t)(equals - pair));
		putchar(':');
		text_json(equals + 1);
	}
}

/* What Docker has under one name in JSON, and under another one in templates. */
static void print_doubles(const struct event *event, const char *const names[6])
{
	const char *image = event_get(event, "image");

	printf("\"%s\":\"%s\",\"%s\":\"%s\",\"%s\":", names[0], event->action, names[1], event->id,
	       names[2]);
	text_json(image ? image : "");
	printf(",\"%s\":\"local\",\"%s\":%" PRId64 ",\"%s\":%" PRId64, names[3], names[4],
	       event->time / second, names[5], event->time);
}

static void print_json(const struct event *event, bool go)
{
	static const char *const names[] = {"status", "id", "from", "scope", "time", "timeNano"};
	static const char *const go_names[] = {"Status", "ID", "From", "Scope", "Time", "TimeNano"};

	putchar('{');
	print_doubles(event, names);
	if (go) {
		putchar(',');
		print_doubles(event, go_names);
	}
	printf(",\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":"
	       "{",
	       event->action, event->id);
	print_attributes(event);
	puts("}}}");
}

void event_print(const struct event *event, enum event_format format)
{
	switch (format) {
	case EVENT_LINES:
		print_line(event);
		break;
	case EVENT_JSON:
	case EVENT_JSON_GO:
		print_json(event, format == EVENT_JSON_GO);
		break;
	case EVENT_TEXT:
		print_text(event);
		break;
	}
}
