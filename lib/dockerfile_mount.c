/* RUN --mount: see dockerfile.h. Source: Docker's reference of the Dockerfile. */
#define _GNU_SOURCE
#include "dockerfile.h"

#include "growing.h"
#include "io.h"
#include <stdio.h>
#include <string.h>

/* "a,b" is one field, with "" for a quote in it. */
struct list mount_fields(const char *mount)
{
	struct list fields = {0};
	struct growing field = {0};
	bool quoted = false;

	for (const char *s = mount; *s; s++) {
		if (*s == '"' && quoted && s[1] == '"')
			(void)growing_char(&field, *s++);
		else if (*s == '"' && (quoted || !field.length))
			quoted = !quoted;
		else if (*s == ',' && !quoted)
			list_add(&fields, growing_take(&field));
		else
			(void)growing_char(&field, *s);
	}
	list_add(&fields, growing_take(&field));
	return fields;
}

char *mount_text(const struct list *fields)
{
	struct growing text = {0};

	for (size_t i = 0; i < fields->count; i++) {
		const char *field = fields->at[i];
		bool quoted = strpbrk(field, ",\"\n");

		(void)growing_text(&text, i ? "," : "");
		(void)growing_text(&text, quoted ? "\"" : "");
		for (; *field; field++)
			(void)growing_text(&text, *field == '"' ? "\"\"" : (char[]){*field, 0});
		(void)growing_text(&text, quoted ? "\"" : "");
	}
	return growing_take(&text);
}

static const char *value_of(const char *field, const char *name)
{
	size_t length = strlen(name);

	return strncasecmp(field, name, length) == 0 && field[length] == '=' ? field + length + 1
	                                                                     : NULL;
}

char *mount_field(const char *mount, const char *name)
{
	struct list fields = mount_fields(mount);
	char *found = NULL;

	for (size_t i = 0; i < fields.count; i++) {
		const char *value = value_of(fields.at[i], name);

		if (value && !found)
			found = xstrdup(value);
		free(fields.at[i]);
	}
	free(fields.at);
	return found;
}

/* Is it one of the words of the list, with a blank around each? */
static bool is_among(const char *word, const char *list)
{
	FREED char *padded = xprintf(" %s ", word);

	return *word && !strchr(word, ' ') && strcasestr(list, padded);
}

const char *mount_check(const struct list *fields)
{
	static const char with_value[] = " type from source src target dst destination readonly ro "
	                                 "readwrite rw required size id "
	                                 "sharing mode uid gid env ";
	static const char alone[] = " readonly ro readwrite rw required ";
	static char why[256];

	for (size_t i = 0; i < fields->count; i++) {
		const char *field = fields->at[i], *value = strchr(field, '=');
		FREED char *name = strndup(field, strcspn(field, "="));

		if (!is_among(name, value ? with_value : alone))
			(void)snprintf(why, sizeof(why), "--mount: %s: no such field", field);
		else if (!strcasecmp(name, "type") &&
		         !is_among(value + 1, " bind cache tmpfs secret ssh "))
			(void)snprintf(why, sizeof(why), "--mount: %s: no such type", value + 1);
		else if (!strcasecmp(name, "sharing") &&
		         !is_among(value + 1, " shared private locked "))
			(void)snprintf(why, sizeof(why), "--mount: %s: no such sharing", value + 1);
		else
			continue;
		return why;
	}
	return NULL;
}
