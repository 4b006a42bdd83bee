/* Facts on stdout: see netfact.h. */
#include "netfact.h"

#include "text.h"
#include <inttypes.h>

bool netfact_json, netfact_quiet;
static bool inside; /* an object */

static void put_key(const char *key)
{
	if (netfact_json)
		printf("%s\"%s\":", inside ? "," : "{", key);
	else
		printf("%s\t", key);
	inside = true;
}

static void put_value(const char *value)
{
	if (netfact_json) {
		text_json(value);
		return;
	}
	text_field(value);
	putchar('\n');
}

void netfact(const char *key, const char *value)
{
	if (netfact_quiet)
		return;
	put_key(key);
	put_value(value);
}

void netfact_number(const char *key, uint64_t value)
{
	if (netfact_quiet)
		return;
	put_key(key);
	printf("%" PRIu64 "%s", value, netfact_json ? "" : "\n");
}

void netfact_flag(const char *key, bool value)
{
	if (netfact_quiet)
		return;
	put_key(key);
	printf("%s%s", value ? "true" : "false", netfact_json ? "" : "\n");
}

void netfact_list(const char *key, const char *const *values, unsigned int count)
{
	if (netfact_quiet)
		return;
	if (netfact_json) {
		put_key(key);
		putchar('[');
	}
	for (unsigned int i = 0; i < count; i++) {
		if (!netfact_json)
			put_key(key);
		else if (i)
			putchar(',');
		put_value(values[i]);
	}
	if (netfact_json)
		putchar(']');
}

void netfact_end(void)
{
	if (netfact_json && !netfact_quiet)
		puts(inside ? "}" : "{}");
	inside = false;
}
