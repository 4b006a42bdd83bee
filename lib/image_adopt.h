/*
 * An image of another layout becomes one of the store. The store is locked, its index changed in
 * memory; store_write() and store_commit() make it so.
 */
#ifndef IMAGE_ADOPT_H
#define IMAGE_ADOPT_H

#include "image.h"
#include "layout_other.h"

struct adoption {
	struct list names;  /* as adopt_checked_name() has them; may be empty */
	struct list staged; /* directories as stage_make() makes them, of the layers it needs */
	const char *pulled; /* the digest that a registry knows it by under these names; or NULL */
};

/* NAME:TAG, or NAME@DIGEST of one that was asked for by digest. refuse()s. The caller frees it. */
char *adopt_checked_name(const char *text);

/* Print a line for each layer, as img-store layers has them. */
void adopt_list_layers(const struct store *store, const struct other_image *image);

/*
 * Take it. fail()s, with the store as it was, when a layer is not what manifest and config say;
 * with exit status ADOPT_AGAIN, when the store has not got one that is not staged either.
 */
enum { ADOPT_AGAIN = 3 };
void image_adopt(struct store *store, const struct other_image *image, const struct adoption *how);

/* Parts of it. */

/* refuse() a directory that is of no layer of the image: it would be deleted for nothing. */
void adopt_check_staged(const struct store *store, const struct other_image *image,
                        const struct list *directories);

/* Take one layer, and append what a manifest says of it to `layers`. */
void adopt_take_layer(struct store *store, const struct other_layer *layer,
                      const struct list *directories, json_t *layers);

#endif
