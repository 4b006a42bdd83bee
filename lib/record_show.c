/* Records on stdout: see record_show.h. */
#define _GNU_SOURCE
#include "record_show.h"

#include "err.h"
#include "io.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* In front, empty where there is none, so that who reads them finds them always. */
static const char *const always[] = {"id", "dir", "name", "status", "pid", "start", "exit"};
enum { ALWAYS = sizeof(always) / sizeof(always[0]) };

static void print_json(const char *key, const char *value, bool number)
{
	text_json(key);
	putchar(':');
	if (number)
		fputs(*value ? value : "null", stdout);
	else
		text_json(value);
}

static void print_pair(const char *key, const char *value, enum show_format format, bool first)
{
	bool number = !strcmp(key, "pid") || !strcmp(key, "start") || !strcmp(key, "exit");

	switch (format) {
	case SHOW_LINES:
		printf("%s\t", key);
		text_field(value);
		putchar('\n');
		break;
	case SHOW_JSON:
		putchar(first ? '{' : ',');
		/* A number is one that is: `run` is not written here. */
		print_json(key, value, number && !value[strspn(value, "0123456789")]);
		break;
	case SHOW_NULL:
		printf("%s=%s%c", key, value, '\0');
		break;
	case SHOW_SHELL:
		printf("ctr_%s=", key);
		text_shell(value);
		putchar('\n');
		break;
	}
}

void record_show_pairs(const struct record *record, enum show_format format)
{
	const struct list *lists[] = {&record->facts, &record->pairs};

	for (size_t i = 0; i < ALWAYS; i++) {
		const char *value = record_value(record, always[i]);

		print_pair(always[i], value ? value : "", format, i == 0);
	}
	for (size_t i = 0; i < 2; i++)
		for (char **pair = lists[i]->at; pair && *pair; pair++) {
			char *equals = strchr(*pair, '=');
			bool done = false;

			*equals = '\0';
			for (size_t j = 0; j < ALWAYS; j++)
				done |= !strcmp(always[j], *pair);
			if (!done)
				print_pair(*pair, equals + 1, format, false);
			*equals = '=';
		}
}

static void print_vector(int store, const char *id, const char *name)
{
	const char *path = record_path("", id, name);
	CLOSED int fd = openat(store, path, O_RDONLY | O_CLOEXEC);
	char **strings = fd < 0 ? NULL : read_vector(fd, NULL);

	if (!strings)
		fail(store_file(path), "read");
	printf(",\"%s\":[", name);
	for (char **s = strings; *s; s++) {
		fputs(s == strings ? "" : ",", stdout);
		text_json(*s);
	}
	putchar(']');
	free(strings);
}

void record_show(int store, const struct record *record, enum show_format format)
{
	record_show_pairs(record, format);
	if (format == SHOW_JSON) {
		print_vector(store, record->id, "args");
		print_vector(store, record->id, "env");
		fputs("}\n", stdout);
	}
}
