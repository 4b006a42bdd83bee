/* What a list says of a container: see record_fields.h. */
#define _GNU_SOURCE
#include "record_fields.h"

#include "err.h"
#include "io.h"
#include "log_time.h"
#include <stdio.h>
#include <string.h>

bool fields_are_whole, fields_have_dashes;

/* The line as it grows. */
static struct {
	char *at;
	size_t used, room;
} line;

static void put_bytes(const char *bytes, size_t length)
{
	if (line.room - line.used < length)
		line.at = xrealloc(line.at, line.room = 2 * (line.room + length));
	memcpy(line.at + line.used, bytes, length);
	line.used += length;
}

static void put(char c)
{
	put_bytes(&c, 1);
}

/* As text_field() writes it: mostly it is as it is. */
static void put_text(const char *s)
{
	for (;;) {
		size_t plain = 0;

		while ((unsigned char)s[plain] >= ' ' && s[plain] != 127 && s[plain] != '\\')
			plain++;
		put_bytes(s, plain);
		s += plain;
		if (!*s)
			return;
		unsigned char c = (unsigned char)*s++;
		put_bytes((char[]){'\\', (char)('0' + (c >> 6)), (char)('0' + (c >> 3 & 7)),
		                   (char)('0' + (c & 7))},
		          4);
	}
}

static const char *value_of(const struct record *record, const char *key)
{
	const char *value = record_value(record, key);

	return value ? value : "";
}

static void put_value(const struct record *record, const char *key)
{
	put_text(value_of(record, key));
}

static void put_id(const struct record *record)
{
	char id[ID_SHORT + 1];

	(void)snprintf(id, sizeof(id), "%.*s", ID_SHORT, record->id);
	put_text(fields_are_whole ? record->id : id);
}

/* As Docker, of an image that has no name or another one by now: what it was called then. */
static void put_image(const struct record *record)
{
	const char *name = value_of(record, "image_name");

	put_text(*name ? name : value_of(record, "rootfs"));
}

static void put_command(const struct record *record)
{
	enum { SHORT = 20 };
	const char *command = value_of(record, "command");
	char text[SHORT * 4];
	size_t length = 0, characters = 0;

	put('"');
	while (!fields_are_whole && command[length] && length < sizeof(text) - 1) {
		if ((command[length] & 0xc0) != 0x80 && characters++ == SHORT - 1)
			break;
		length++;
	}
	if (fields_are_whole || !command[length]) {
		put_text(command);
	} else {
		(void)snprintf(text, sizeof(text), "%.*s", (int)length, command);
		put_text(text);
		put_text("\u2026");
	}
	put('"');
}

static int64_t time_of(const char *value)
{
	int64_t time = 0;

	if (strchr(value, 'T'))
		(void)log_time_parse(value, strlen(value), &time);
	else
		(void)log_time_given(value, &time);
	return time;
}

static const char *ago(const char *time)
{
	static int64_t now;

	if (!now)
		now = log_now();
	return ago_text(time_of(time), now);
}

static void put_created_at(const struct record *record)
{
	put_value(record, "created");
}

static void put_running_for(const struct record *record)
{
	put_text(ago(value_of(record, "created")));
	put_text(" ago");
}

static void put_status(const struct record *record)
{
	const char *health = value_of(record, "health");

	if (!strcmp(record->status, "running") || !strcmp(record->status, "paused")) {
		put_text("Up ");
		put_text(ago(value_of(record, "started")));
		if (!strcmp(record->status, "paused"))
			put_text(" (Paused)");
		else if (*health) {
			put_text(strcmp(health, "starting") ? " (" : " (health: ");
			put_text(health);
			put(')');
		}
		return;
	}
	/* Without an exit status it was killed before it ran anything, and is about to be freed. */
	if (!strcmp(record->status, "created") || !*value_of(record, "exit")) {
		put_text(strcmp(record->status, "created") ? "Dead" : "Created");
		return;
	}
	put_text(strcmp(record->status, "restarting") ? "Exited (" : "Restarting (");
	put_value(record, "exit");
	put(')');
	if (*value_of(record, "finished")) {
		put(' ');
		put_text(ago(value_of(record, "finished")));
		put_text(" ago");
	}
}

static void put_state(const struct record *record)
{
	put_text(record->status);
}

static void put_names(const struct record *record)
{
	put_value(record, "name");
}

/* What the keys PREFIX1, PREFIX2 and so on have, separated by commas; only: of such options. */
static void put_list(const struct record *record, const char *prefix, const char *only)
{
	size_t length = strlen(prefix), begin = line.used;

	for (size_t i = 0; i < record->pairs.count; i++) {
		const char *value = strchr(record->pairs.at[i], '=') + 1;

		if (strncmp(record->pairs.at[i], prefix, length))
			continue;
		if (only && strncmp(value, only, strlen(only)))
			continue;
		if (line.used > begin)
			put(',');
		if (only) {
			FREED char *source = xstrdup(value + strlen(only));
			source[strcspn(source, ":")] = '\0';
			put_text(source);
		} else {
			put_text(value);
		}
	}
}

static void put_labels(const struct record *record)
{
	put_list(record, "lab_", NULL);
}

static void put_mounts(const struct record *record)
{
	put_list(record, "opt_", "volume=");
}

static void put_networks(const struct record *record)
{
	put_value(record, "network");
}

static void put_ports(const struct record *record)
{
	put_value(record, "ports");
}

static const struct {
	const char *name;
	void (*put)(const struct record *record);
} fields[] = {
        {"ID",         put_id         },
        {"Image",      put_image      },
        {"Command",    put_command    },
        {"CreatedAt",  put_created_at },
        {"RunningFor", put_running_for},
        {"Ports",      put_ports      },
        {"State",      put_state      },
        {"Status",     put_status     },
        {"Names",      put_names      },
        {"Labels",     put_labels     },
        {"Mounts",     put_mounts     },
        {"Networks",   put_networks   },
};

static void put_field(const struct record *record, const char *name, size_t length)
{
	size_t begin = line.used;
	char key[64];

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strlen(fields[i].name) == length && !strncmp(fields[i].name, name, length)) {
			fields[i].put(record);
			goto done;
		}
	(void)snprintf(key, sizeof(key), "%.*s", (int)length, name);
	put_value(record, key);
done:
	if (line.used == begin && fields_have_dashes)
		put('-');
}

char *fields_of(const struct record *record, const char *names)
{
	line.used = 0;
	for (;;) {
		size_t length = strcspn(names, ",");

		put_field(record, names, length);
		if (!names[length])
			break;
		put('\t');
		names += length + 1;
	}
	put('\0');
	return memcpy(xalloc(line.used), line.at, line.used);
}
