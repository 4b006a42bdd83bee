/* The networks of a container: see record_networks.h. */
#define _GNU_SOURCE
#include "record_networks.h"

#include "row.h"
#include <string.h>

/*
 * The next name out of `name=NET,ip=ADDRESS,...` and more of these with blanks between. None of
 * these words has blanks in it, but quotes around it, perhaps, for what an alias may be made of.
 */
static const char *next_name(const char **rest, size_t *length)
{
	static const char begin[] = "name=";

	for (;;) {
		*rest += strspn(*rest, " ");
		if (!**rest)
			return NULL;
		const char *word = *rest + (**rest == '\'');
		*rest += strcspn(*rest, " ");
		if (!strncmp(word, begin, strlen(begin))) {
			word += strlen(begin);
			*length = strcspn(word, ",' ");
			return word;
		}
	}
}

/* What stands for all of them where the record has no list; NULL: nothing does. */
static const char *mode_of(const struct record *record)
{
	const char *networks = record_value(record, "networks");
	const char *network = record_value(record, "network");

	if (!network || !strncmp(network, "container:", 10) || (networks && *networks))
		return NULL;
	/* One that has been taken out of all networks has an empty list. */
	return !networks || !strcmp(network, "none") || !strcmp(network, "host") ? network : NULL;
}

void put_networks(const struct record *record)
{
	const char *rest = record_value(record, "networks"), *mode = mode_of(record), *name;
	size_t length, begin = row_length();

	if (mode)
		row_text(mode);
	while (!mode && rest && (name = next_name(&rest, &length))) {
		if (row_length() > begin)
			row_char(',');
		while (length--)
			row_char(*name++);
	}
}

/* net_N: NAME ID ... */
static bool match_id(const struct record *record, const char *value)
{
	static const char digits[] = "0123456789abcdef";

	if (!record->alive || !*value || value[strspn(value, digits)])
		return false;
	for (size_t i = 0; i < record->facts.count; i++) {
		const char *fact = record->facts.at[i], *id = strchr(fact, ' ');

		if (!strncmp(fact, "net_", 4) && id && !strncmp(id + 1, value, strlen(value)))
			return true;
	}
	return false;
}

bool match_network(const struct record *record, const char *value)
{
	const char *rest = record_value(record, "networks"), *mode = mode_of(record), *name;
	size_t length;

	if (mode)
		return !strcmp(mode, value);
	while (rest && (name = next_name(&rest, &length)))
		if (strlen(value) == length && !strncmp(name, value, length))
			return true;
	return match_id(record, value);
}
