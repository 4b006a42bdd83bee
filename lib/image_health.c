/* HEALTHCHECK: see image_health.h. */
#define _GNU_SOURCE
#include "image_health.h"

#include "dockerfile_words.h"
#include "num.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As Go reads durations: numbers with units. In nanoseconds; -1: none. */
static int64_t parse_duration(const char *text)
{
	static const struct {
		const char *name;
		uint64_t nanoseconds;
	} units[] = {
	        {"ns", 1            },
                {"us", 1000         },
                {"ms", 1000000      },
	        {"s",  1000000000   },
                {"m",  60000000000  },
                {"h",  3600000000000},
	};
	double sum = 0;

	do {
		size_t digits = strspn(text, "0123456789."), letters, i = 0;
		char number[32];
		uint64_t billionths;

		(void)snprintf(number, sizeof(number), "%.*s", (int)digits, text);
		text += digits;
		letters = strcspn(text, "0123456789.");
		while (i < sizeof(units) / sizeof(units[0]) &&
		       (strlen(units[i].name) != letters ||
		        strncmp(units[i].name, text, letters) != 0))
			i++;
		if (digits >= sizeof(number) || num_nano(number, &billionths) ||
		    i == sizeof(units) / sizeof(units[0]))
			return -1;
		sum += (double)billionths / 1e9 * (double)units[i].nanoseconds;
		text += letters;
	} while (*text);
	return sum < 9e18 ? (int64_t)sum : -1;
}

static json_t *parse_retries(const char *text)
{
	uint64_t retries;

	return num_parse(text, INT32_MAX, &retries) ? NULL : json_integer((json_int_t)retries);
}

/* Shorter than a millisecond it would be all that the machine does. */
static json_t *parse_time(const char *text)
{
	int64_t nanoseconds = strcmp(text, "0") == 0 ? 0 : parse_duration(text);

	return nanoseconds < 0 || (nanoseconds && nanoseconds < 1000000)
	               ? NULL
	               : json_integer(nanoseconds);
}

static const struct {
	const char *option, *member;
	json_t *(*parse)(const char *text);
} options[] = {
        {"--interval=",       "Interval",      parse_time   },
        {"--timeout=",        "Timeout",       parse_time   },
        {"--start-period=",   "StartPeriod",   parse_time   },
        {"--start-interval=", "StartInterval", parse_time   },
        {"--retries=",        "Retries",       parse_retries},
};

static const char *set_option(json_t *health, const char *word)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		size_t length = strlen(options[i].option);

		if (strncmp(word, options[i].option, length) != 0)
			continue;
		json_t *value = options[i].parse(word + length);
		return value && json_object_set_new(health, options[i].member, value) == 0
		               ? NULL
		               : "not a time such as 1m30s, or a number of retries";
	}
	return "an option is unknown";
}

json_t *image_health(char *text, const char **why)
{
	json_t *health = json_object(), *words;
	char *word = text;

	*why = NULL;
	while (!*why && strncmp(text, "--", 2) == 0) {
		word = strsep(&text, " \t");
		*why = set_option(health, word);
		text = text ? text + strspn(text, " \t") : word + strlen(word);
	}
	word = strsep(&text, " \t");
	text = text ? text + strspn(text, " \t") : NULL;
	if (!*why && strcasecmp(word, "NONE") == 0 && !text && !json_object_size(health))
		words = json_pack("[s]", "NONE");
	else if (!*why && strcasecmp(word, "CMD") == 0 && text && *text)
		words = words_json(text, NULL);
	else
		return *why = *why ?: "neither NONE nor CMD with a command", NULL;
	if (words && strcasecmp(word, "CMD") == 0)
		(void)json_array_insert_new(words, 0, json_string("CMD"));
	else if (!words)
		words = json_pack("[ss]", "CMD-SHELL", text);
	if (!words || json_object_set_new(health, "Test", words))
		*why = "not UTF-8, which a config has to be";
	return *why ? NULL : health;
}
