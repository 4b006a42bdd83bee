/*
 * What becomes part of the store under its digest, and goes again if the tool fails later on. The
 * store is locked. All of this fail()s.
 */
#ifndef IMAGE_PUBLISH_H
#define IMAGE_PUBLISH_H

#include "layout.h"

/*
 * Move a blob, or a layer, to its place. Is the same there already, ours has served its purpose.
 * Nobody deletes what is there, for that takes the lock that we hold. But it may be what a power
 * failure has left, of another size, or without a tree or facts: then ours replaces it.
 */
void publish_blob(const struct store *store, const char *from, const char *digest, uint64_t size);
void publish_layer(const struct store *store, const char *from, const char *diff_id);

/*
 * JSON, with its digest, or as an object, whose digest is told. It is written anew in any case:
 * what is there may be damaged. Returns its size.
 */
void publish_text(const struct store *store, const char *text, const char *digest);
uint64_t publish_json(const struct store *store, json_t *value, char digest[DIGEST_LENGTH + 1]);

#endif
