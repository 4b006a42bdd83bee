/*
 * Dockerfile instructions that change an image's config: see image_make.h. Their meaning is that of
 * Docker's reference of the Dockerfile; the members are those of the OCI's config.md.
 */
#define _GNU_SOURCE
#include "image_make.h"
#include "io.h"
#include <ctype.h>
#include <string.h>

struct change {
	const char *name;
	void (*apply)(json_t *config, const struct change *change, char *text);
	const char *member;
};

static const char *whole; /* the instruction, for messages */

static _Noreturn void bad(const char *why)
{
	refuse(whole, "%s", why);
}

static void put(json_t *config, const char *member, json_t *value)
{
	if (!value || json_object_set_new(config, member, value))
		bad("not UTF-8, which a config has to be");
}

static json_t *member_of(json_t *config, const char *member, json_t *(*make)(void))
{
	if (!json_object_get(config, member))
		put(config, member, make());
	return json_object_get(config, member);
}

/* A JSON array of strings, or NULL. */
static json_t *parse_array(const char *text)
{
	json_t *array = *text == '[' ? json_loads(text, 0, NULL) : NULL, *one;
	size_t i;

	json_array_foreach(array, i, one) if (!json_is_string(one)) return NULL;
	return array;
}

/*
 * The next word, in place: quotes and backslashes are taken away as in a shell. NULL at the end.
 */
static char *next_word(char **rest)
{
	char *word, *to, quote = 0;

	*rest += strspn(*rest, " \t");
	if (!**rest)
		return NULL;
	for (word = to = *rest; **rest && (quote || !strchr(" \t", **rest)); (*rest)++) {
		char c = **rest;

		if (c == '\\' && (*rest)[1] && quote != '\'')
			*to++ = *++*rest;
		else if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else
			*to++ = c;
	}
	if (quote)
		bad("a quote is not closed");
	if (**rest)
		(*rest)++;
	*to = '\0';
	return word;
}

/* ["a", "b"], or a line for the shell. */
static void set_command(json_t *config, const struct change *change, char *text)
{
	json_t *array = parse_array(text);

	put(config, change->member, array ? array : json_pack("[sss]", "/bin/sh", "-c", text));
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

static void add_text(json_t *config, const struct change *change, char *text)
{
	(void)json_array_append_new(member_of(config, change->member, json_array),
	                            json_string(text));
}

/* Words are the keys of an object: VOLUME, EXPOSE. */
static void add_keys(json_t *config, const struct change *change, char *text)
{
	json_t *keys = member_of(config, change->member, json_object), *one;
	json_t *array = parse_array(text);
	size_t i;

	json_array_foreach(array, i, one) put(keys, json_string_value(one), json_object());
	if (array)
		return;
	for (char *word; (word = next_word(&text));) {
		bool port = !strcmp(change->name, "EXPOSE") && !strchr(word, '/');
		FREED char *key = xprintf("%s%s", word, port ? "/tcp" : "");

		put(keys, key, json_object());
	}
}

static void set_variable(json_t *list, const char *name, const char *value)
{
	FREED char *entry = xprintf("%s=%s", name, value);
	size_t length = strlen(name) + 1, i;
	json_t *one, *new = json_string(entry);

	if (!new)
		bad("not UTF-8, which a config has to be");
	json_array_foreach(list, i, one) if (!strncmp(json_string_value(one), entry, length))
	{
		(void)json_array_set_new(list, i, new);
		return;
	}
	(void)json_array_append_new(list, new);
}

/* A=1 B="2 3", or in the old form one name and the rest of the line: ENV, LABEL. */
static void set_pairs(json_t *config, const struct change *change, char *text)
{
	bool env = !strcmp(change->name, "ENV");
	json_t *to = member_of(config, change->member, env ? json_array : json_object);
	bool old = strcspn(text, "=") > strcspn(text, " \t");

	for (char *word; (word = old ? strsep(&text, " \t") : next_word(&text));) {
		char *value = strchr(word, '=');

		if (old && text)
			value = text + strspn(text, " \t");
		else if (value)
			*value++ = '\0';
		if (!value || !*word)
			bad("not NAME=VALUE");
		if (env)
			set_variable(to, word, value);
		else
			put(to, word, json_string(value));
		if (old)
			break;
	}
}

void image_change(json_t *config, const char *instruction)
{
	static const struct change changes[] = {
	        {"CMD",        set_command, "Cmd"         },
	        {"ENTRYPOINT", set_command, "Entrypoint"  },
	        {"ENV",        set_pairs,   "Env"         },
	        {"EXPOSE",     add_keys,    "ExposedPorts"},
	        {"LABEL",      set_pairs,   "Labels"      },
	        {"ONBUILD",    add_text,    "OnBuild"     },
	        {"STOPSIGNAL", set_text,    "StopSignal"  },
	        {"USER",       set_text,    "User"        },
	        {"VOLUME",     add_keys,    "Volumes"     },
	        {"WORKDIR",    set_workdir, "WorkingDir"  },
	};
	FREED char *copy = xstrdup(instruction);
	char *text = copy + strspn(copy, " \t"), *name = strsep(&text, " \t");

	whole = instruction;
	if (text)
		text += strspn(text, " \t");
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (!strcasecmp(changes[i].name, name)) {
			if (!text || !*text)
				bad("says nothing");
			for (char *end = text + strlen(text); isspace((unsigned char)end[-1]);)
				*--end = '\0';
			changes[i].apply(config, &changes[i], text);
			return;
		}
	bad("not an instruction that changes a config");
}
