/*
 * What a new image begins with: nothing, or another image, of which it keeps layers, config and
 * history; and what it takes from a container that was changed.
 */
#ifndef IMAGE_BASE_H
#define IMAGE_BASE_H

#include "image_make.h"

struct image_parts {
	json_t *whole;             /* the config, all of it */
	json_t *layers;            /* of the manifest */
	json_t *config, *diff_ids; /* in whole, */
	json_t *history;           /* as these three */
};

/*
 * The parts of recipe->base, copied, or empty ones. refuse()s a base whose layers are not all
 * there. The store is locked. The caller owns whole and layers.
 */
struct image_parts image_begin(const struct store *store, const struct image_recipe *recipe);

/*
 * The environment and command of the recipe's container, into the `config`. Returns the command as
 * one text for the history, which the caller frees; NULL where there is none.
 */
char *image_take_container(json_t *config, const struct image_recipe *recipe);

#endif
