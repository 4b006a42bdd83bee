/*
 * Cached steps of builds, of layout_steps.h: what each has made is an image without a name that is
 * found by a key. The key of a step is a digest of the key of the step before it and of a text that
 * says all that the step depends on, so that a step is found only when all before it are the same.
 */
#ifndef IMAGE_CACHE_H
#define IMAGE_CACHE_H

#include "image.h"
#include "opt.h"

/* 64 hexadecimal digits? */
bool cache_key_is_valid(const char *key);

/*
 * Print a line for each of `steps`, texts that end in NULL: its key, TAB, and the id of the last
 * one that is there with all of its layers; a dash for all others. `parent` is the key of the step
 * before them, or any other text that says what they begin with, such as the id of an image.
 */
void cache_find(const struct store *store, const char *parent, char **steps);

/* Keep an image as a step, too, with its id as the key, if it is none. The store is locked. */
void cache_hold(struct store *store, const struct image *image);

/*
 * Forget the cached steps that no image was built on, in memory; all: any. before: only those made
 * before that time, in seconds since 1970; 0: at any time. Ids are appended to `gone`. The store is
 * locked.
 */
void cache_forget(struct store *store, bool all, uint64_t before, struct list *gone);

#endif
