/* Which containers are meant: see record_filter.h. */
#define _GNU_SOURCE
#include "record_filter.h"

#include "err.h"
#include "io.h"
#include "record_networks.h"
#include "record_ports.h"
#include <regex.h>
#include <string.h>

static bool is(const struct record *record, const char *key, const char *value)
{
	const char *is = record_value(record, key);

	return is && !strcmp(is, value);
}

static bool finds(const char *pattern, const char *text)
{
	static const char *compiled;
	static regex_t regex;

	if (compiled != pattern) { /* the same one again and again */
		if (compiled)
			regfree(&regex);
		compiled = NULL;
		if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB))
			usage_error("--filter: %s: not a regular expression", pattern);
		compiled = pattern;
	}
	return regexec(&regex, text, 0, NULL, 0) == 0;
}

static bool match_id(const struct record *record, const char *value)
{
	return !strncmp(record->id, value, strlen(value));
}

static bool match_name(const struct record *record, const char *value)
{
	const char *name = record_value(record, "name");
	/* Docker's names begin with a slash, and so may patterns. */
	FREED char *text = xprintf("/%s", name ? name : "");

	return finds(value, text) || finds(value, text + 1);
}

static bool match_status(const struct record *record, const char *value)
{
	/* To people, what died unseen has exited. */
	return !strcmp(!strcmp(record->status, "dead") ? "exited" : record->status, value);
}

static bool match_exited(const struct record *record, const char *value)
{
	return match_status(record, "exited") && is(record, "exit", value);
}

static bool match_health(const struct record *record, const char *value)
{
	const char *health = record_value(record, "health");

	return !strcmp(health && *health ? health : "none", value);
}

static bool match_ancestor(const struct record *record, const char *value)
{
	const char *id = record_value(record, "image"), *name = record_value(record, "image_name");
	static const char algorithm[] = "sha256:";
	size_t length = strlen(value), its = strlen(algorithm);

	if (id && length >= 4 && !strncmp(id, algorithm, its) &&
	    (!strncmp(id, value, length) || !strncmp(id + its, value, length)))
		return true;
	if (!name || strncmp(name, value, length))
		return false;
	return !name[length] || !strcmp(name + length, ":latest");
}

/* The same key's later value counts. */
static bool match_label(const struct record *record, const char *value)
{
	size_t key = strcspn(value, "=");
	bool found = false;

	for (size_t i = 0; i < record->pairs.count; i++) {
		const char *label = strchr(record->pairs.at[i], '=') + 1;

		if (!strncmp(record->pairs.at[i], "lab_", 4) && !strncmp(label, value, key) &&
		    label[key] == '=')
			found = !value[key] || !strcmp(label, value);
	}
	return found;
}

/* volume=SOURCE:TARGET... */
static bool match_volume(const struct record *record, const char *value)
{
	size_t length = strlen(value);

	for (size_t i = 0; i < record->pairs.count; i++) {
		const char *option = strchr(record->pairs.at[i], '=') + 1;

		if (strncmp(record->pairs.at[i], "opt_", 4) || strncmp(option, "volume=", 7))
			continue;
		for (const char *part = option + 7; part; part = strchr(part, ':')) {
			part += *part == ':';
			if (!strncmp(part, value, length) && (!part[length] || part[length] == ':'))
				return true;
		}
	}
	return false;
}

static const struct filter {
	const char *key;
	bool (*match)(const struct record *record, const char *value);
	bool every;
} filters[] = {
        {"id",       match_id,       false},
        {"name",     match_name,     false},
        {"label",    match_label,    true },
        {"status",   match_status,   false},
        {"exited",   match_exited,   false},
        {"health",   match_health,   false},
        {"ancestor", match_ancestor, false},
        {"volume",   match_volume,   false},
        {"network",  match_network,  false},
        {"publish",  match_publish,  false},
        {"expose",   match_expose,   false},
};
enum { FILTERS = sizeof(filters) / sizeof(filters[0]) };

static const char *value_for(const struct filter *filter, const char *text)
{
	size_t length = strlen(filter->key);

	return !strncmp(text, filter->key, length) && text[length] == '=' ? text + length + 1
	                                                                  : NULL;
}

void filter_opt(const struct opt *opt, const char *arg)
{
	for (size_t i = 0; i < FILTERS; i++)
		if (value_for(&filters[i], arg)) {
			if (filters[i].match == match_name)
				(void)finds(value_for(&filters[i], arg), ""); /* is it one? */
			if ((filters[i].match == match_publish ||
			     filters[i].match == match_expose) &&
			    !ports_are_valid(value_for(&filters[i], arg)))
				opt_refuse(opt, arg, "not PORT[-PORT][/tcp|udp|sctp]");
			list_add(opt->into, (char *)(uintptr_t)arg);
			return;
		}
	opt_refuse(opt, arg, "there is no such filter");
}

static bool match(const struct filter *filter, const struct list *wanted,
                  const struct record *record)
{
	bool asked = false;

	for (size_t i = 0; i < wanted->count; i++) {
		const char *value = value_for(filter, wanted->at[i]);

		if (!value)
			continue;
		asked = true;
		if (filter->match(record, value) != filter->every)
			return !filter->every;
	}
	return !asked || filter->every;
}

bool filters_match(const struct list *wanted, const struct record *record)
{
	for (size_t i = 0; wanted->count && i < FILTERS; i++)
		if (!match(&filters[i], wanted, record))
			return false;
	return true;
}
