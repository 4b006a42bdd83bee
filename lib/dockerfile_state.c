/* The image that a build begins with: see dockerfile_build.h. */
#define _GNU_SOURCE
#include "dockerfile_build.h"

#include "io.h"
#include "path.h"
#include <string.h>

enum { LONGEST = 4 << 20 };

/* Strings of an array; what others have left there instead is nothing. */
static struct list strings(json_t *config, const char *member)
{
	struct list list = {0};
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(config, member), i, one) if (json_is_string(one))
	        list_add(&list, xstrdup(json_string_value(one)));
	return list;
}

static void take_string(json_t *config, const char *member, const char **to)
{
	const char *text = json_string_value(json_object_get(config, member));

	if (text && *text)
		*to = xstrdup(text);
}

void state_read(struct state *state, int fd)
{
	static const char *const below[] = {"image", "config"};
	json_error_t error;
	size_t length;
	char *text = read_all(fd, LONGEST, &length);

	if (!text)
		fail("--config-fd", "read");
	json_t *config = json_loadb(text, length, 0, &error);
	if (!json_is_object(config))
		refuse("--config-fd", "no JSON object: %s", config ? "another value" : error.text);
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		json_t *inner = json_object_get(config, below[i]);

		config = json_is_object(inner) ? inner : config;
	}
	struct list env = strings(config, "Env");
	for (size_t i = 0; i < env.count; i++)
		if (strchr(env.at[i], '='))
			list_add(&state->env.entries, env.at[i]);
	state->shell = strings(config, "Shell");
	struct list triggers = strings(config, "OnBuild");
	for (size_t i = 0; i < triggers.count; i++)
		list_add(&state->onbuild, triggers.at[i]);
	take_string(config, "WorkingDir", &state->workdir);
	if (*state->workdir != '/') { /* others make such images, and mean this */
		FREED char *rooted = xprintf("/%s", state->workdir);
		state->workdir = path_clean(rooted);
	}
	take_string(config, "User", &state->user);
	free(text);
}
