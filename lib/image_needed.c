/* What images need: see image_needed.h. */
#define _GNU_SOURCE
#include "image_needed.h"

#include "io.h"
#include "layout_steps.h"
#include <stdio.h>
#include <string.h>

enum { MOST_DEPTH = 8 }; /* of indexes of indexes; one is what there is in practice */

struct search {
	const struct store *store;
	json_t *needed;
	json_t *seen; /* what has been followed, so that nothing is twice */
};

static void add_digest(json_t *set, const char *digest)
{
	if (digest)
		(void)json_object_set_new(set, digest, json_true());
}

/* Is this the first time that it is followed, as this kind of thing? */
static bool is_new(struct search *search, const char *kind, const json_t *descriptor)
{
	FREED char *key = xprintf("%s %s", kind, text_member(descriptor, "digest") ?: "");

	if (json_object_get(search->seen, key))
		return false;
	add_digest(search->seen, key);
	return true;
}

static const char *mark_config(struct search *search, const char *from, const json_t *descriptor)
{
	const char *type = text_member(descriptor, "mediaType");
	bool foreign = type && strcmp(type, MEDIA_CONFIG) != 0;
	struct place config = {0};
	json_t *id;
	size_t i;

	add_digest(search->needed, text_member(descriptor, "digest"));
	if (!is_new(search, foreign ? "other" : "config", descriptor))
		return NULL;
	const char *why = store_try_blob(search->store, from, descriptor, &config);
	if (!why)
		json_array_foreach(json_object_get(json_object_get(config.value, "rootfs"),
		                                   "diff_ids"),
		                   i, id) add_digest(search->needed, json_string_value(id));
	json_decref(config.value);
	return foreign ? NULL : why; /* of something else than an image no layers are unpacked */
}

static bool has_blob(const struct store *store, const json_t *descriptor)
{
	const char *digest = text_member(descriptor, "digest");

	return digest && digest_is_valid(digest) &&
	       faccessat(store->images, blob_path(digest), F_OK, 0) == 0;
}

/*
 * A manifest, or an index of such, and what it leads to, for all kinds of machines. The store of
 * another program may lack some of these: what is not there is not missed. NULL, or what is wrong.
 */
static const char *mark(struct search *search, const char *from, const json_t *descriptor,
                        int depth)
{
	struct place blob = {0};
	json_t *one;
	size_t i;

	if (!is_new(search, "manifest", descriptor))
		return NULL;
	const char *why = store_try_blob(search->store, from, descriptor, &blob);
	if (!why && depth > MOST_DEPTH)
		why = xprintf("%s: too many indexes lead to each other", blob.file);
	if (!why)
		add_digest(search->needed, text_member(descriptor, "digest"));
	json_array_foreach(json_object_get(blob.value, "layers"), i, one)
	        add_digest(search->needed, text_member(one, "digest"));
	json_array_foreach(json_object_get(blob.value, "manifests"), i, one)
	{
		if (!why && has_blob(search->store, one))
			why = mark(search, blob.file, one, depth + 1);
	}
	if (!why && (one = json_object_get(blob.value, "config")))
		why = mark_config(search, blob.file, one);
	json_decref(blob.value);
	return why;
}

/* An image that a container uses may have no entry any more: its id leads to its layers. */
static const char *mark_kept(struct search *search, const char *id)
{
	json_t *descriptor = json_pack("{ss}", "digest", id);
	const char *why = NULL;

	if (has_blob(search->store, descriptor))
		why = mark_config(search, id, descriptor);
	json_decref(descriptor);
	return why;
}

/* A document and all in it that looks like a digest. False: it is damaged. */
static bool mark_text(struct search *search, const char *digest)
{
	static const char opening[] = "\"" DIGEST_PREFIX;
	char found[DIGEST_LENGTH + 1];
	const char *why;
	size_t length;

	if (!digest_is_valid(digest))
		return false;
	FREED char *text = store_read_blob(search->store, digest, &length, &why);
	if (!text)
		return false;
	add_digest(search->needed, digest);
	for (const char *at = text; (at = strstr(at, opening));) {
		size_t count = strnlen(++at, DIGEST_LENGTH);

		(void)memcpy(found, at, count);
		found[count] = '\0';
		if (digest_is_valid(found))
			add_digest(search->needed, found);
	}
	return true;
}

/*
 * There may be thousands of steps, and to parse what we have written ourselves takes ten times as
 * long as to look through it: a digest too much stays no longer than the step. One that is damaged
 * is not found any more.
 */
static void mark_steps(struct search *search)
{
	const struct cached_steps *steps = store_steps(search->store);

	for (size_t i = 0; i < steps->count; i++)
		if (mark_text(search, steps->at[i].id))
			(void)mark_text(search, steps->at[i].digest);
}

json_t *image_needed(const struct store *store, const struct list *keep)
{
	struct search search = {store, json_object(), json_object()};
	const char *why;
	bool damaged = false;
	json_t *entry;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	{
		const char *name = entry_name(entry) ?: text_member(entry, "digest");

		if (!(why = mark(&search, store->index.file, entry, 0)))
			continue;
		complain_plainly(name, "%s (nothing is swept before it is gone: rmi -f)", why);
		damaged = true;
	}
	mark_steps(&search);
	for (i = 0; i < keep->count; i++) {
		if (!(why = mark_kept(&search, keep->at[i])))
			continue;
		complain_plainly(keep->at[i], "%s (nothing is swept while it is in use)", why);
		damaged = true;
	}
	json_decref(search.seen);
	if (damaged)
		json_decref(search.needed);
	return damaged ? NULL : search.needed;
}

json_t *image_used(const struct store *store, const struct list *keep)
{
	struct search search = {store, json_object(), json_object()};

	for (size_t i = 0; i < keep->count; i++)
		(void)mark_kept(&search, keep->at[i]);
	json_decref(search.seen);
	return search.needed;
}
