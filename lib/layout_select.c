/* The images of another layout, and which of them is meant: see layout_other.h. */
#define _GNU_SOURCE
#include "layout_other.h"

#include "io.h"
#include "layout.h"
#include "reference.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

#define FULL_NAME "io.containerd.image.name" /* beside which Docker's ref.name is a tag alone */

struct found {
	char digest[DIGEST_LENGTH + 1];
	const json_t *entry;
	struct list names;
};

struct all {
	struct found *at;
	size_t count;
};

static void add_name(struct found *found, const char *text, const char *file)
{
	struct reference reference;
	const char *why = text ? reference_parse(text, &reference) : NULL;

	if (why && file)
		refuse(file, "RepoTags: %s: %s", text, why);
	if (!text || why || !*reference.tag)
		return;
	for (size_t i = 0; i < found->names.count; i++)
		if (!strcmp(found->names.at[i], reference_text(&reference)))
			return;
	if (found->names.count == MOST_IMAGES)
		refuse(found->digest, "has more than %d names", MOST_IMAGES);
	list_add(&found->names, xstrdup(reference_text(&reference)));
}

/* The one with this digest, made where there is none. */
static struct found *at_digest(struct all *all, const char *digest, const json_t *entry)
{
	for (size_t i = 0; i < all->count; i++)
		if (!strcmp(all->at[i].digest, digest))
			return &all->at[i];
	struct found *new = &all->at[all->count++];
	*new = (struct found){.entry = entry};
	(void)strcpy(new->digest, digest);
	return new;
}

/* The digest of an image is that of its config here, which is its id as well. */
static void add_docker(const struct other *other, struct all *all, const json_t *entry)
{
	const char *file = xprintf("%s/manifest.json", other->path);
	const char *config = text_member(entry, "Config");
	struct document document;
	json_t *name;
	size_t i;

	if (!config)
		refuse(file, "an image without Config");
	other_read(other, config, &document);
	struct found *found = at_digest(all, document.digest, entry);
	json_decref(document.value);
	free(document.text);
	json_array_foreach(json_object_get(entry, "RepoTags"), i, name)
	{
		if (!json_is_string(name))
			refuse(file, "RepoTags[%zu]: not a name", i);
		add_name(found, json_string_value(name), file);
	}
}

/* What a builder attests about another image is in the index as an image, and is none. */
static void add_oci(const struct other *other, struct all *all, const json_t *entry)
{
	const char *digest = text_member(entry, "digest");
	json_t *annotations = json_object_get(entry, "annotations");

	if (text_member(annotations, "vnd.docker.reference.type"))
		return;
	if (!digest || !digest_is_valid(digest))
		refuse(xprintf("%s/index.json", other->path), "%s: not a digest that is known here",
		       digest ?: "none");
	add_name(at_digest(all, digest, entry),
	         text_member(annotations, FULL_NAME) ?: text_member(annotations, REF_NAME), NULL);
}

static struct all find_all(const struct other *other)
{
	struct all all = {.at = xalloc((json_array_size(other->entries) + 1) * sizeof(*all.at))};
	json_t *entry;
	size_t i;

	json_array_foreach(other->entries, i, entry)
	{
		if (other->docker)
			add_docker(other, &all, entry);
		else
			add_oci(other, &all, entry);
	}
	return all;
}

void other_list(const struct other *other)
{
	struct all all = find_all(other);

	for (size_t i = 0; i < all.count; i++) {
		printf("@%s", all.at[i].digest);
		for (size_t j = 0; j < all.at[i].names.count; j++)
			printf("\t%s", all.at[i].names.at[j]);
		putchar('\n');
	}
}

static bool is_meant(const struct found *found, const char *text)
{
	struct reference reference;

	if (*text == '@')
		return !strcmp(found->digest, text + 1);
	if (reference_parse(text, &reference))
		return false;
	for (size_t i = 0; i < found->names.count; i++)
		if (!strcmp(found->names.at[i], reference_text(&reference)))
			return true;
	return false;
}

const json_t *other_entry(const struct other *other, const char *text, struct list *names)
{
	struct all all = find_all(other);
	const struct found *found = NULL;

	if (!text && all.count != 1)
		refuse(other->path, "has %zu images: which one?", all.count);
	for (size_t i = 0; i < all.count && !found; i++)
		if (!text || is_meant(&all.at[i], text))
			found = &all.at[i];
	if (!found)
		refuse(other->path, "%s: no such image", text);
	*names = found->names;
	return found->entry;
}

void other_find(const struct other *other, const char *text, const struct platform *platform,
                struct other_image *image)
{
	struct list names;
	const json_t *entry = other_entry(other, text, &names);

	*image = (struct other_image){.names = names};
	if (other->docker)
		other_load_docker(other, entry, image);
	else
		other_load_oci(other, entry, platform, image);
}
