/* What an image begins with: see image_base.h. */
#define _GNU_SOURCE
#include "image_base.h"

#include "io.h"
#include "platform.h"
#include "text.h"
#include <fcntl.h>
#include <string.h>

/* The member of this type, made where there is none, or null. */
static json_t *member(json_t *of, const char *key, json_type type)
{
	json_t *value = json_object_get(of, key);

	if (value && json_typeof(value) == type)
		return value;
	value = type == JSON_OBJECT ? json_object() : json_array();
	if (json_object_set_new(of, key, value))
		fail(NULL, "memory");
	return value;
}

static json_t *take_base(const struct store *store, const char *name, json_t **layers)
{
	struct image base;

	image_find(store, name, &base);
	for (size_t i = 0; i < image_layer_count(&base); i++) {
		FREED char *tree = layer_path(store, image_layer(&base, i), "tree");

		if (access(tree, F_OK))
			fail(tree, "find a layer of %s", name);
	}
	*layers = json_deep_copy(json_object_get(base.manifest.value, "layers"));
	json_t *whole = json_deep_copy(base.config.value);
	/* These speak of what happens once, on top of the base; and of who made that. */
	(void)json_object_del(json_object_get(whole, "config"), "OnBuild");
	(void)json_object_del(whole, "author");
	return whole;
}

/* A config that says no more than what machine it is for. */
static json_t *empty_config(const char *text)
{
	struct platform platform = *platform_host();

	if (text && !platform_parse(text, &platform))
		refuse("--platform", "%s: not OS/ARCHITECTURE[/VARIANT]", text);
	return json_pack("{ss ss ss*}", "architecture", platform.architecture, "os", platform.os,
	                 "variant", *platform.variant ? platform.variant : NULL);
}

struct image_parts image_begin(const struct store *store, const struct image_recipe *recipe)
{
	struct image_parts parts = {0};

	parts.whole = recipe->base ? take_base(store, recipe->base, &parts.layers)
	                           : empty_config(recipe->platform);
	if (!parts.layers)
		parts.layers = json_array();
	if (!parts.whole || !parts.layers)
		fail(NULL, "memory");
	json_t *rootfs = member(parts.whole, "rootfs", JSON_OBJECT);
	(void)json_object_set_new(rootfs, "type", json_string("layers"));
	parts.config = member(parts.whole, "config", JSON_OBJECT);
	parts.diff_ids = member(rootfs, "diff_ids", JSON_ARRAY);
	parts.history = member(parts.whole, "history", JSON_ARRAY);
	return parts;
}

static char **read_words(const char *path)
{
	CLOSED int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char **words = fd < 0 ? NULL : read_vector(fd, NULL);

	if (!words)
		fail(path, "read");
	return words;
}

static json_t *word(const char *text)
{
	json_t *value = json_string(text);

	if (!value)
		refuse(text, "not UTF-8, which a config has to be");
	return value;
}

/* None: the member goes. */
static void put_array(json_t *config, const char *key, json_t *array)
{
	if (json_array_size(array) == 0)
		(void)json_object_del(config, key);
	else if (json_object_set(config, key, array))
		fail(NULL, "memory");
	json_decref(array);
}

static void put_words(json_t *config, const char *key, char **words, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(array, word(words[i]));
	put_array(config, key, array);
}

/* Where a variable is there twice, the later one counts. */
static void put_variables(json_t *config, char **env)
{
	json_t *array = json_array(), *one;
	size_t i;

	for (; *env; env++) {
		size_t length = strcspn(*env, "=") + 1;

		json_array_foreach(array, i,
		                   one) if (!strncmp(json_string_value(one), *env, length)) break;
		if (i < json_array_size(array))
			(void)json_array_set_new(array, i, word(*env));
		else
			(void)json_array_append_new(array, word(*env));
	}
	put_array(config, "Env", array);
}

static size_t count_words(char **words)
{
	size_t count = 0;

	while (words[count])
		count++;
	return count;
}

static char *joined(char **words)
{
	char *all = NULL;

	for (; *words; words++) {
		char *longer = xprintf("%s%s%s", all ?: "", all ? " " : "", *words);

		free(all);
		all = longer;
	}
	char *text = text_utf8(all);
	free(all);
	return text;
}

char *image_take_container(json_t *config, const struct image_recipe *recipe)
{
	if (recipe->env_from) {
		FREED char **env = read_words(recipe->env_from);

		put_variables(config, env);
	}
	if (!recipe->args_from)
		return NULL;
	FREED char **args = read_words(recipe->args_from);
	size_t count = count_words(args), first = recipe->entrypoint;
	if (first > count)
		refuse(recipe->args_from, "has no %zu words of an entrypoint", first);
	put_words(config, "Entrypoint", args, first);
	put_words(config, "Cmd", args + first, count - first);
	return joined(args);
}
