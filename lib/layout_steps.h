/*
 * Cached steps of builds. What each has made is an image without a name, in a file of its own
 * beside the index, images/steps, a line each: KEY ID DIGEST, 64 hexadecimal digits each, of the
 * key that it is found by, of its image, and of the manifest of that. There may be thousands, which
 * who looks for an image by its name has no reason to read. To other programs it is nothing: one
 * that deletes what index.json does not lead to makes steps damaged, and those are no longer found.
 *
 * The file is replaced as a whole together with the index, by store_write() and store_commit(), but
 * not synced: it is worth no more than the time that it saves. What is no such line is passed over.
 */
#ifndef LAYOUT_STEPS_H
#define LAYOUT_STEPS_H

#include "layout.h"

struct cached_step {
	char key[DIGEST_HEX + 1];
	char id[DIGEST_LENGTH + 1], digest[DIGEST_LENGTH + 1];
};

struct cached_steps {
	struct cached_step *at; /* the oldest first */
	size_t count;
	bool read, changed;
};

/* All of them; read when first asked for. The store is locked, or its lock shared. */
struct cached_steps *store_steps(const struct store *store);

/* One more. Of several with one key the newest is that which is found. */
void step_add(const struct store *store, const char *key, const char *id, const char *digest);

/* Forget the i-th. */
void step_drop(const struct store *store, size_t i);

/* Does anybody build? He has the directory of the layers locked, shared, and may go on from any. */
bool steps_in_use(const struct store *store);

/*
 * Forget those that have the key of a newer one. Somebody else who builds the same may go on from
 * one: while anybody builds, all stay. The store is locked.
 */
void steps_drop_old(struct store *store);

/*
 * The entry that it would have in the index, and has to get to be an image: with its key, without a
 * name. Its manifest is there, or the size is 0.
 */
json_t *step_entry(const struct store *store, const struct cached_step *step);

/* Steps were entries of the index once: take them out of the one that was read. */
void steps_leave_index(const struct store *store);

/* The two steps of store_write() and store_commit(). */
int steps_write(const struct store *store);
int steps_commit(const struct store *store);

/* What a writer left that was killed. */
void steps_tidy(const struct store *store);

#endif
