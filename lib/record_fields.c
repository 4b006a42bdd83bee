/* What a list says of a container: see record_fields.h. */
#define _GNU_SOURCE
#include "record_fields.h"

#include "err.h"
#include "io.h"
#include "log_time.h"
#include "record_networks.h"
#include "record_ports.h"
#include "row.h"
#include <stdio.h>
#include <string.h>

bool fields_are_whole, fields_have_dashes;

static const char *value_of(const struct record *record, const char *key)
{
	const char *value = record_value(record, key);

	return value ? value : "";
}

static void put_value(const struct record *record, const char *key)
{
	row_text(value_of(record, key));
}

static void put_id(const struct record *record)
{
	char id[ID_SHORT + 1];

	(void)snprintf(id, sizeof(id), "%.*s", ID_SHORT, record->id);
	row_text(fields_are_whole ? record->id : id);
}

/* As Docker, of an image that has no name or another one by now: what it was called then. */
static void put_image(const struct record *record)
{
	const char *name = value_of(record, "image_name");

	row_text(*name ? name : value_of(record, "rootfs"));
}

static void put_command(const struct record *record)
{
	enum { SHORT = 20 };
	const char *command = value_of(record, "command");
	char text[SHORT * 4];
	size_t length = 0, characters = 0;

	row_char('"');
	while (!fields_are_whole && command[length] && length < sizeof(text) - 1) {
		if ((command[length] & 0xc0) != 0x80 && characters++ == SHORT - 1)
			break;
		length++;
	}
	if (fields_are_whole || !command[length]) {
		row_text(command);
	} else {
		(void)snprintf(text, sizeof(text), "%.*s", (int)length, command);
		row_text(text);
		row_text("\u2026");
	}
	row_char('"');
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
	row_text(ago(value_of(record, "created")));
	row_text(" ago");
}

static void put_status(const struct record *record)
{
	const char *health = value_of(record, "health");

	if (!strcmp(record->status, "running") || !strcmp(record->status, "paused")) {
		row_text("Up ");
		row_text(ago(value_of(record, "started")));
		if (!strcmp(record->status, "paused"))
			row_text(" (Paused)");
		else if (*health) {
			row_text(strcmp(health, "starting") ? " (" : " (health: ");
			row_text(health);
			row_char(')');
		}
		return;
	}
	/* Without an exit status it was killed before it ran anything, and is about to be freed. */
	if (!strcmp(record->status, "created") || !*value_of(record, "exit")) {
		row_text(strcmp(record->status, "created") ? "Dead" : "Created");
		return;
	}
	row_text(strcmp(record->status, "restarting") ? "Exited (" : "Restarting (");
	put_value(record, "exit");
	row_char(')');
	if (*value_of(record, "finished")) {
		row_char(' ');
		row_text(ago(value_of(record, "finished")));
		row_text(" ago");
	}
}

static void put_state(const struct record *record)
{
	row_text(record->status);
}

static void put_names(const struct record *record)
{
	put_value(record, "name");
}

/* What the keys PREFIX1, PREFIX2 and so on have, separated by commas; only: of such options. */
static void put_list(const struct record *record, const char *prefix, const char *only)
{
	size_t length = strlen(prefix), begin = row_length();

	for (size_t i = 0; i < record->pairs.count; i++) {
		const char *value = strchr(record->pairs.at[i], '=') + 1;

		if (strncmp(record->pairs.at[i], prefix, length))
			continue;
		if (only && strncmp(value, only, strlen(only)))
			continue;
		if (row_length() > begin)
			row_char(',');
		if (only) {
			FREED char *source = xstrdup(value + strlen(only));
			source[strcspn(source, ":")] = '\0';
			row_text(source);
		} else {
			row_text(value);
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
	size_t begin = row_length();
	char key[64];

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strlen(fields[i].name) == length && !strncmp(fields[i].name, name, length)) {
			fields[i].put(record);
			goto done;
		}
	(void)snprintf(key, sizeof(key), "%.*s", (int)length, name);
	put_value(record, key);
done:
	if (row_length() == begin && fields_have_dashes)
		row_char('-');
}

char *fields_of(const struct record *record, const char *names)
{
	for (;;) {
		size_t length = strcspn(names, ",");

		put_field(record, names, length);
		if (!names[length])
			break;
		row_char('\t');
		names += length + 1;
	}
	return row_take();
}
