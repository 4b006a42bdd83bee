/* Entries of the index of the store of images: see layout.h. */
#define _GNU_SOURCE
#include "layout.h"

#include "err.h"
#include "reference.h"

const char *entry_name(const json_t *entry)
{
	const char *name = text_member(json_object_get(entry, "annotations"), REF_NAME);
	struct reference reference;

	if (!name || reference_parse(name, &reference))
		return name;
	return xstrdup(reference_text(&reference));
}

static void annotate(json_t *entry, const char *key, const char *value)
{
	json_t *annotations = json_object_get(entry, "annotations");

	if (!json_is_object(annotations)) {
		annotations = json_object();
		(void)json_object_set_new(entry, "annotations", annotations);
	}
	if (value)
		(void)json_object_set_new(annotations, key, json_string(value));
	else
		(void)json_object_del(annotations, key);
	if (json_object_size(annotations) == 0)
		(void)json_object_del(entry, "annotations");
}

void entry_set_name(json_t *entry, const char *name)
{
	annotate(entry, REF_NAME, name);
	annotate(entry, PULLED, NULL);
}

const char *entry_pulled(const json_t *entry)
{
	return text_member(json_object_get(entry, "annotations"), PULLED);
}

void entry_set_pulled(json_t *entry, const char *digest)
{
	annotate(entry, PULLED, digest);
}

const char *entry_cache_key(const json_t *entry)
{
	return text_member(json_object_get(entry, "annotations"), CACHE_KEY);
}

void entry_set_cache_key(json_t *entry, const char *key)
{
	annotate(entry, CACHE_KEY, key);
}
