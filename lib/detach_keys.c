/* Keys to leave by: see detach_keys.h. */
#define _GNU_SOURCE
#include "detach_keys.h"

#include <string.h>
#include <strings.h>

/* The byte that a terminal sends for it; -1: there is no such key. */
static int key_of(const char *name, size_t length)
{
	if (length == 1)
		return (unsigned char)name[0];
	if (length != 6 || strncasecmp(name, "ctrl-", 5) != 0)
		return -1;
	char key = name[5];
	if (key >= 'a' && key <= 'z')
		return key - 'a' + 1;
	return key >= '@' && key <= '_' ? key - '@' : -1;
}

bool detach_keys_parse(const char *text, struct detach_keys *keys)
{
	*keys = (struct detach_keys){0};
	if (!*text)
		return true;
	for (const char *end;; text = end + 1) {
		end = strchrnul(*text == ',' ? text + 1 : text, ',');
		int key = key_of(text, (size_t)(end - text));

		if (key < 0 || keys->count == DETACH_KEYS_MOST)
			return false;
		keys->keys[keys->count++] = (char)key;
		if (!*end)
			return true;
	}
}

/* How many of the bytes at the end of these are the beginning of the sequence? */
static size_t beginning(const struct detach_keys *keys, const char *bytes, size_t count)
{
	size_t most = count < keys->count ? count : keys->count;

	while (most && memcmp(keys->keys, bytes + count - most, most) != 0)
		most--;
	return most;
}

bool detach_keys_filter(struct detach_keys *keys, const char *typed, size_t count, char *to,
                        size_t *length)
{
	char last[DETACH_KEYS_MOST + 1];

	*length = 0;
	for (size_t i = 0; i < count; i++) {
		size_t before = keys->seen;

		memcpy(last, keys->keys, before);
		last[before] = typed[i];
		keys->seen = beginning(keys, last, before + 1);
		memcpy(to + *length, last, before + 1 - keys->seen);
		*length += before + 1 - keys->seen;
		if (keys->seen && keys->seen == keys->count)
			return true;
	}
	return false;
}
