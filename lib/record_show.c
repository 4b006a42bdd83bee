/* Records on stdout: see record_show.h. */
#define _GNU_SOURCE
#include "record_show.h"

#include "err.h"
#include "io.h"
#include "text.h"
#include <dirent.h>
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

static void print_pairs(const struct record *record, enum show_format format)
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
	print_pairs(record, format);
	if (format == SHOW_JSON) {
		print_vector(store, record->id, "args");
		print_vector(store, record->id, "env");
		fputs("}\n", stdout);
	}
}

static void print_line(const struct record *record)
{
	static const char *const fields[] = {"id",   "name",    "status", "pid",
	                                     "exit", "created", "image"};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *value = record_value(record, fields[i]);

		if (i)
			putchar('\t');
		/* Not empty: a shell's `read` takes two tabs for one. */
		text_field(value && *value ? value : "-");
	}
	putchar('\n');
}

static int by_age(const void *a, const void *b)
{
	const char *left = record_value(a, "created"), *right = record_value(b, "created");

	return strcmp(right ? right : "", left ? left : "");
}

/*
 * All there are, in an array that the caller frees. One that cannot be read is told, and hides no
 * other.
 */
static struct record *load_all(int store, bool all, size_t *count, int *failed)
{
	int fd = openat(store, "containers", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct record *records = NULL;
	size_t room = 0;

	*count = 0;
	if (!dir && (store < 0 || errno == ENOENT))
		return NULL;
	if (!dir)
		fail(store_file("containers"), "open");
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (!id_is_valid(entry->d_name))
			continue;
		if (*count == room)
			records = xrealloc(records, (room = 2 * room + 16) * sizeof(*records));
		/* One that is removed meanwhile was not there. */
		if (record_load(store, entry->d_name, &records[*count]))
			*count += all || !strcmp(records[*count].status, "running");
		else if (errno != ENOENT) {
			complain(store_file(record_path("", entry->d_name, NULL)), "read");
			*failed = -1;
		}
	}
	(void)closedir(dir);
	return records;
}

int record_list(int store, bool json, bool all)
{
	size_t count;
	int failed = 0;
	FREED struct record *records = load_all(store, all, &count, &failed);

	if (count)
		qsort(records, count, sizeof(*records), by_age);
	for (size_t i = 0; i < count; i++) {
		if (json) {
			print_pairs(&records[i], SHOW_JSON);
			fputs("}\n", stdout);
		} else {
			print_line(&records[i]);
		}
	}
	return failed;
}
