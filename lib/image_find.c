/* The image that is meant: see image.h. */
#define _GNU_SOURCE
#include "image.h"

#include "io.h"
#include "reference.h"
#include <string.h>

static bool has_digest(const json_t *entry, const char *digest)
{
	const char *its = text_member(entry, "digest"), *pulled = entry_pulled(entry);

	return (its && !strcmp(its, digest)) || (pulled && !strcmp(pulled, digest));
}

/* Is the entry of the index what is meant? A digest counts for the name that stands before it. */
static bool is_entry(const json_t *entry, const struct reference *reference)
{
	const char *name = entry_name(entry);
	size_t length = strlen(reference->name);

	if (!*reference->digest)
		return name && !strcmp(name, reference_text(reference));
	return has_digest(entry, reference->digest) && name &&
	       !strncmp(name, reference->name, length) &&
	       (name[length] == ':' || name[length] == '@');
}

json_t *image_entry(const struct store *store, const char *text)
{
	struct reference reference;
	bool valid = !reference_parse(text, &reference);
	json_t *entry, *found = NULL;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	{
		const char *name = entry_name(entry);

		if (valid ? !is_entry(entry, &reference) : !has_digest(entry, text))
			continue;
		if (valid && !strcmp(name, reference_text(&reference)))
			return entry; /* of several with one digest, what is called so */
		found = found ?: entry;
	}
	return found;
}

/* The same image under several names, and as a step of a build, is still one. */
static bool is_other(const struct image *found, const char *id, const char *text)
{
	if (found->id && strcmp(found->id, id) != 0)
		refuse(text, "the ids of several images begin so");
	return !found->id;
}

/*
 * The image whose id begins so, as an image rather than as a step, for that has no name. What is
 * damaged is passed over, as its id is not known.
 */
static bool find_id(const struct store *store, const char *text, struct image *image)
{
	size_t prefix = strlen(DIGEST_PREFIX), i;
	const char *hex = text + (strncmp(text, DIGEST_PREFIX, prefix) ? 0 : prefix);
	size_t length = strlen(hex);
	struct image one;
	json_t *entry;

	*image = (struct image){0};
	if (!length || length > DIGEST_HEX || digest_hex_span(hex) != length)
		return false;
	FREED char *id = xprintf("%s%s", DIGEST_PREFIX, hex);
	json_array_foreach(store_manifests(store), i, entry)
	{
		if (image_load_if(store, entry, id, &one) && is_other(image, one.id, text))
			*image = one;
	}
	const struct cached_steps *steps =
	        image->id && length == DIGEST_HEX ? NULL : store_steps(store);
	for (i = 0; steps && i < steps->count; i++)
		if (!strncmp(steps->at[i].id, id, prefix + length) &&
		    is_other(image, steps->at[i].id, text) &&
		    image_load_step(store, &steps->at[i], &one) == NULL)
			*image = one;
	return image->id;
}

bool image_look(const struct store *store, const char *text, struct image *image)
{
	json_t *entry = image_entry(store, text);
	const char *why = entry ? image_load(store, entry, image) : NULL;
	struct reference reference;

	if (why)
		refuse(text, "%s", why);
	if (entry || find_id(store, text, image))
		return true;
	why = digest_hex_span(text) == strlen(text) ? NULL : reference_parse(text, &reference);
	if (why && digest_is_valid(text))
		why = NULL;
	if (why)
		refuse(text, "%s", why);
	return false;
}

void image_find(const struct store *store, const char *text, struct image *image)
{
	if (!image_look(store, text, image))
		refuse(text, "no such image");
}
