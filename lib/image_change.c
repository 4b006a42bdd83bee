/*
 * Dockerfile instructions that change an image's config: see image_make.h. Their meaning is that of
 * Docker's reference of the Dockerfile; the members are those of the OCI's config.md.
 */
#define _GNU_SOURCE
#include "dockerfile_words.h"
#include "image_health.h"
#include "image_make.h"
#include "image_port.h"
#include "io.h"
#include "signals.h"
#include <ctype.h>
#include <string.h>

struct change {
	const char *name;
	void (*apply)(json_t *config, const struct change *change, char *text);
	const char *member;
};

static const char *whole, *place; /* the instruction and where it is from, for messages */
static const char blanks[] = " \t";
static const char not_pair[] = "not NAME=VALUE";
static const char not_utf8[] = "not UTF-8, which a config has to be";

static _Noreturn void bad(const char *why)
{
	if (place)
		refuse(place, "%s: %s", whole, why);
	refuse(whole, "%s", why);
}

static void put(json_t *config, const char *member, json_t *value)
{
	if (!value || json_object_set_new(config, member, value))
		bad(not_utf8);
}

/* Made where there is none: null, or something else that other programs have left, is none. */
static json_t *member_of(json_t *config, const char *member, json_t *(*make)(void))
{
	json_t *is = json_object_get(config, member), *new = make();

	if (is && new &&json_typeof(is) == json_typeof(new))
		json_decref(new);
	else
		put(config, member, new);
	return json_object_get(config, member);
}

/* A word, or a line, without its quotes and escapes, which the caller frees. */
static char *unquoted(const char *text)
{
	char *result;
	const char *why = words_unquote(text, &result);

	if (why)
		bad(why);
	return result;
}

/* ["a", "b"], or a line for the shell. */
static void set_command(json_t *config, const struct change *change, char *text)
{
	json_t *array = words_json(text, NULL);

	if (!array) {
		array = json_deep_copy(json_object_get(config, "Shell"));
		if (!json_is_array(array))
			array = json_pack("[ss]", "/bin/sh", "-c");
		if (json_array_append_new(array, json_string(text)))
			bad(not_utf8);
	}
	put(config, change->member, array);
	if (!json_array_size(array))
		(void)json_object_del(config, change->member); /* no command is no member */
}

static void set_text(json_t *config, const struct change *change, char *text)
{
	put(config, change->member, json_string(text));
}

static void set_workdir(json_t *config, const struct change *change, char *text)
{
	const char *before = json_string_value(json_object_get(config, change->member));

	if (*text == '/') {
		put(config, change->member, json_string(text));
		return;
	}
	FREED char *joined = xprintf("%s/%s", before && strcmp(before, "/") ? before : "", text);
	put(config, change->member, json_string(joined));
}

static void set_signal(json_t *config, const struct change *change, char *text)
{
	if (!signal_find(text))
		bad("no such signal");
	set_text(config, change, text);
}

static void set_health(json_t *config, const struct change *change, char *text)
{
	const char *why;
	json_t *health = image_health(text, &why);

	if (!health)
		bad(why);
	put(config, change->member, health);
}

static void add_text(json_t *config, const struct change *change, char *text)
{
	if (json_array_append_new(member_of(config, change->member, json_array), json_string(text)))
		bad(not_utf8);
}

static void add_ports(json_t *config, const struct change *change, char *text)
{
	struct list words = words_split(text, '\\');

	for (size_t i = 0; i < words.count; i++) {
		FREED char *word = unquoted(words.at[i]);

		if (!image_ports_add(member_of(config, change->member, json_object), word))
			bad("not PORT[-PORT][/tcp|udp|sctp]");
	}
}

static void add_volumes(json_t *config, const struct change *change, char *text)
{
	json_t *volumes = member_of(config, change->member, json_object), *one;
	json_t *array = words_json(text, NULL);
	struct list words = array ? (struct list){0} : words_split(text, '\\');
	size_t i;

	json_array_foreach(array, i, one) put(volumes, json_string_value(one), json_object());
	for (i = 0; i < words.count; i++) {
		FREED char *word = unquoted(words.at[i]);

		put(volumes, word, json_object());
	}
	if (json_object_get(volumes, "") || !json_object_size(volumes))
		bad("a volume has no name");
}

static void set_variable(json_t *list, const char *name, const char *value)
{
	FREED char *entry = xprintf("%s=%s", name, value);
	size_t length = strlen(name) + 1, i;
	json_t *one, *new = json_string(entry);

	if (!new)
		bad(not_utf8);
	json_array_foreach(list, i, one) if (!strncmp(json_string_value(one) ?: "", entry, length))
	{
		(void)json_array_set_new(list, i, new);
		return;
	}
	(void)json_array_append_new(list, new);
}

static void set_pair(json_t *to, const char *name, const char *value)
{
	if (!*name)
		bad(not_pair);
	if (json_is_array(to))
		set_variable(to, name, value);
	else
		put(to, name, json_string(value));
}

/* A=1 B="2 3", or in the old form A 1: ENV, LABEL. */
static void set_pairs(json_t *config, const struct change *change, char *text)
{
	bool env = !strcmp(change->name, "ENV");
	json_t *to = member_of(config, change->member, env ? json_array : json_object);
	struct list words = words_split(text, '\\');

	if (!strchr(words.at[0], '=')) {
		FREED char *name = unquoted(words.at[0]);
		FREED char *value = unquoted(words_trim(text + strlen(words.at[0])));

		if (words.count < 2)
			bad(not_pair);
		set_pair(to, name, value);
		return;
	}
	for (size_t i = 0; i < words.count; i++) {
		FREED char *word = unquoted(words.at[i]);
		size_t length = strcspn(word, "=");

		if (!word[length])
			bad(not_pair);
		word[length] = '\0';
		set_pair(to, word, word + length + 1);
	}
}

/* A shell, in an exact form. */
static void set_array(json_t *config, const struct change *change, char *text)
{
	json_t *array = words_json(text, NULL);

	if (!json_array_size(array))
		bad("not a JSON array of strings");
	put(config, change->member, array);
}

void image_change_for(json_t *config, const char *instruction, const char *object)
{
	static const struct change changes[] = {
	        {"CMD",         set_command, "Cmd"         },
	        {"ENTRYPOINT",  set_command, "Entrypoint"  },
	        {"ENV",         set_pairs,   "Env"         },
	        {"EXPOSE",      add_ports,   "ExposedPorts"},
	        {"HEALTHCHECK", set_health,  "Healthcheck" },
	        {"LABEL",       set_pairs,   "Labels"      },
	        {"ONBUILD",     add_text,    "OnBuild"     },
	        {"SHELL",       set_array,   "Shell"       },
	        {"STOPSIGNAL",  set_signal,  "StopSignal"  },
	        {"USER",        set_text,    "User"        },
	        {"VOLUME",      add_volumes, "Volumes"     },
	        {"WORKDIR",     set_workdir, "WorkingDir"  },
	};
	FREED char *copy = xstrdup(instruction);
	char *text = copy + strspn(copy, blanks), *end = copy + strlen(copy);

	whole = instruction;
	place = object;
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	char *name = strsep(&text, blanks);
	if (text)
		text += strspn(text, blanks);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (!strcasecmp(changes[i].name, name)) {
			if (!text || !*text)
				bad("says nothing");
			changes[i].apply(config, &changes[i], text);
			return;
		}
	bad("not an instruction that changes a config");
}

void image_change(json_t *config, const char *instruction)
{
	image_change_for(config, instruction, NULL);
}
