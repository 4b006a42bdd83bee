/* Names taken away: see image_untag.h. */
#define _GNU_SOURCE
#include "image_untag.h"

#include "image.h"
#include "io.h"
#include "layout_steps.h"
#include "reference.h"
#include <string.h>

static bool is_listed(const struct list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->at[i], text))
			return true;
	return false;
}

static void tell(struct list *told, const char *what, const char *object)
{
	list_add(told, (char *)(uintptr_t)what);
	list_add(told, xstrdup(object));
}

/* How many entries of the index lead to the image; cached steps stay when it goes. There may be
 * several without a name, each with a manifest of its own, as layers are packed in many ways. */
static size_t count_entries(const struct store *store, const char *id, bool named)
{
	size_t count = 0, i;
	json_t *entry;

	json_array_foreach(store_manifests(store), i, entry)
	{
		struct image image;

		count += image_load_if(store, entry, id, &image) && (!named || image.name);
	}
	return count;
}

/* Whatever keys it has. */
static void remove_steps(struct store *store, const char *id)
{
	for (size_t i = store_steps(store)->count; i-- > 0;)
		if (!strcmp(store_steps(store)->at[i].id, id))
			step_drop(store, i);
}

static void remove_entry(const struct store *store, const json_t *entry)
{
	json_t *list = store_manifests(store);

	for (size_t i = json_array_size(list); i-- > 0;)
		if (json_array_get(list, i) == entry)
			(void)json_array_remove(list, i);
}

/* One entry goes; the last one of its image with it, unless that is in use. */
static void drop(struct store *store, const struct image *image, const struct list *keep,
                 bool force, struct list *told)
{
	bool is_step = entry_cache_key(image->entry);
	bool last = is_step || count_entries(store, image->id, false) == 1;
	bool kept = is_listed(keep, image->id);

	if (last && kept && (!force || !image->name))
		refuse(image->name ? image->name : image->id, "a container uses this image%s",
		       image->name ? " (--force to take the name away)" : "");
	if (is_step && steps_in_use(store))
		refuse(image->id, "a cached step, and somebody builds");
	if (image->name)
		tell(told, "untagged", image->name);
	if (last && kept) {
		entry_set_name(image->entry, NULL);
		return;
	}
	if (last)
		tell(told, "deleted", image->id);
	if (is_step)
		remove_steps(store, image->id);
	else
		remove_entry(store, image->entry);
}

/* Nobody knows what it has been, but that it is to go. */
static void drop_damaged(struct store *store, const struct image *image, const char *text,
                         const char *why, bool force, struct list *told)
{
	if (!force)
		refuse(text, "%s (--force to remove it all the same)", why);
	if (image->name)
		tell(told, "untagged", image->name);
	remove_entry(store, image->entry);
}

void image_untag(struct store *store, const char *text, const struct list *keep, bool force,
                 struct list *told)
{
	json_t *entry = image_entry(store, text);
	struct reference reference;
	struct image image;

	const char *why = entry ? image_load(store, entry, &image) : NULL;
	if (why) {
		drop_damaged(store, &image, text, why, force, told);
		return;
	}
	image_find(store, text, &image);
	if (entry && !reference_parse(text, &reference) && image.name &&
	    !strcmp(image.name, reference_text(&reference))) {
		drop(store, &image, keep, force, told);
		return;
	}
	if (entry_cache_key(image.entry)) {
		drop(store, &image, keep, force, told);
		return;
	}
	FREED char *id = xstrdup(image.id);
	if (count_entries(store, id, true) > 1 && !force)
		refuse(text, "the image has several names (--force to take all away)");
	for (size_t i = json_array_size(store_manifests(store)); i-- > 0;)
		if (image_load_if(store, json_array_get(store_manifests(store), i), id, &image))
			drop(store, &image, keep, force, told);
}

void image_untag_dangling(struct store *store, const char *id, const struct list *keep, bool force,
                          struct list *told)
{
	struct image image;

	for (size_t i = json_array_size(store_manifests(store)); i-- > 0;)
		if (image_load_if(store, json_array_get(store_manifests(store), i), id, &image) &&
		    !image.name)
			drop(store, &image, keep, force, told);
}
