/* Images on stdout: see image_show.h. */
#define _GNU_SOURCE
#include "image_show.h"

#include "facts.h"
#include "image_port.h"
#include "io.h"
#include "opt.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

static enum image_format format;

static void print_values(const char *key, const struct list *values, bool several)
{
	if (format == IMAGE_SHELL) {
		printf("image_%s=", key);
		if (several)
			text_shell_words(values->at);
		else
			text_shell(values->count ? values->at[0] : "");
		putchar('\n');
		return;
	}
	for (size_t i = 0; i < values->count; i++) {
		printf("%s\t", key);
		text_field(values->at[i]);
		putchar('\n');
	}
}

static void print_value(const char *key, const char *value)
{
	struct list one = {
	        (char *[]){(char *)(uintptr_t)value, NULL},
                 value ? 1 : 0
        };

	print_values(key, &one, false);
}

static void add(struct list *list, const char *text)
{
	list_add(list, (char *)(uintptr_t)text);
}

/* Strings of an array, or the keys of an object, as VOLUMES has them. */
static void print_member(const struct place *config, const char *member, const char *key)
{
	struct list values = {0};
	json_t *value = json_object_get(config->value, member), *ignored;
	const char *name;

	if (json_is_object(value)) {
		json_object_foreach(value, name, ignored) add(&values, name);
	} else {
		struct place list = place_member(config, member, JSON_ARRAY);

		for (size_t i = 0; i < place_count(&list); i++) {
			struct place one = place_element(&list, i, JSON_STRING);

			add(&values, place_string(&one));
		}
	}
	print_values(key, &values, true);
	free(values.at);
}

static void print_ports(const struct place *config)
{
	struct list ports = image_ports_joined(json_object_get(config->value, "ExposedPorts"));

	print_values("exposed", &ports, true);
}

static void print_text(const struct place *config, const char *member, const char *key)
{
	struct place value = place_member(config, member, JSON_STRING);

	print_value(key, value.value ? place_string(&value) : NULL);
}

/* Interval, timeout, start period, start interval in nanoseconds, retries (0: the normal), Test. */
static void print_healthcheck(const struct place *config)
{
	static const char *const numbers[] = {"Interval", "Timeout", "StartPeriod", "StartInterval",
	                                      "Retries"};
	struct place check = place_member(config, "Healthcheck", JSON_OBJECT);
	struct place test = place_member(&check, "Test", JSON_ARRAY);
	struct list values = {0};

	for (size_t i = 0; place_count(&test) && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		list_add(&values,
		         xprintf("%" JSON_INTEGER_FORMAT,
		                 json_integer_value(json_object_get(check.value, numbers[i]))));
	for (size_t i = 0; i < place_count(&test); i++) {
		struct place one = place_element(&test, i, JSON_STRING);

		add(&values, place_string(&one));
	}
	print_values("healthcheck", &values, true);
}

static void print_labels(const struct place *config)
{
	struct place labels = place_member(config, "Labels", JSON_OBJECT);
	struct list values = {0};
	const char *name;
	json_t *value;

	json_object_foreach(labels.value, name, value) if (json_is_string(value))
	        list_add(&values, xprintf("%s=%s", name, json_string_value(value)));
	print_values("labels", &values, true);
}

/* The same layer again, of an image with empty ones, changes nothing; overlayfs refuses it. */
static bool has(const struct list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->at[i], text))
			return true;
	return false;
}

/* As overlayfs stacks them: the topmost first. */
static struct list find_layers(const struct store *store, const struct image *image)
{
	struct list layers = {0};

	for (size_t i = image_layer_count(image); i-- > 0;) {
		char *tree = layer_path(store, image_layer(image, i), "tree");

		if (access(tree, F_OK))
			fail(tree, "layer of %s", image->name ? image->name : image->id);
		if (!has(&layers, tree))
			list_add(&layers, tree);
	}
	return layers;
}

static void append(json_t *array, const char *text)
{
	json_t *other;
	size_t i;

	json_array_foreach(array, i, other) if (!strcmp(json_string_value(other), text)) return;
	(void)json_array_append_new(array, json_string(text));
}

/* All names that the index has for the image; and these with digests in place of tags. */
static void all_names(const struct store *store, const struct image *image, json_t *names,
                      json_t *digests)
{
	json_t *entry;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	{
		struct image one;

		if (!entry_name(entry) || !image_load_if(store, entry, image->id, &one))
			continue;
		append(names, one.name);
		const char *end = strchr(one.name, '@') ?: strrchr(one.name, ':');
		FREED char *digest =
		        xprintf("%.*s@%s", end ? (int)(end - one.name) : (int)strlen(one.name),
		                one.name, entry_pulled(entry) ?: one.digest);
		append(digests, digest);
	}
}

static void show_json(const struct store *store, const struct image *image,
                      const struct list *layers)
{
	json_t *paths = json_array(), *names = json_array(), *digests = json_array();

	for (size_t i = 0; i < layers->count; i++)
		(void)json_array_append_new(paths, json_string(layers->at[i]));
	all_names(store, image, names, digests);
	json_t *all = json_pack("{ss ss* so so ss sI so sO}", "id", image->id, "name", image->name,
	                        "names", names, "digests", digests, "digest", image->digest, "size",
	                        (json_int_t)image_size(store, image), "layers", paths, "image",
	                        image->config.value);
	if (!all || json_dumpf(all, stdout, JSON_COMPACT))
		fail("standard output", "write");
	putchar('\n');
}

void image_show(const struct store *store, const struct image *image, enum image_format as)
{
	struct place config = place_member(&image->config, "config", JSON_OBJECT);

	format = as;
	struct list layers = find_layers(store, image);
	if (format == IMAGE_JSON) {
		show_json(store, image, &layers);
		return;
	}
	if (format == IMAGE_SHELL)
		facts_begin();
	print_value("id", image->id);
	print_value("name", image->name);
	print_values("layers", &layers, true);
	print_member(&config, "Env", "env");
	print_member(&config, "Entrypoint", "entrypoint");
	print_member(&config, "Cmd", "cmd");
	print_text(&config, "User", "user");
	print_text(&config, "WorkingDir", "workdir");
	print_member(&config, "Volumes", "volumes");
	print_ports(&config);
	print_text(&config, "StopSignal", "stop_signal");
	print_member(&config, "OnBuild", "onbuild");
	print_member(&config, "Shell", "shell");
	print_healthcheck(&config);
	print_labels(&config);
	if (format == IMAGE_SHELL)
		facts_end();
}
