/*
 * What the images need. Reference counting is by looking: what an entry of the index leads to is
 * needed, all else is not.
 */
#ifndef IMAGE_NEEDED_H
#define IMAGE_NEEDED_H

#include "layout.h"
#include "opt.h"

/*
 * The digests of all blobs and layers that are needed, also by the images whose ids are in `keep`:
 * keys of an object, which the caller frees. NULL: an image is damaged, which was said, so nobody
 * knows what it needs. The store is locked.
 */
json_t *image_needed(const struct store *store, const struct list *keep);

/* The same of these images alone, as far as they are not damaged: what containers may have mounted.
 */
json_t *image_used(const struct store *store, const struct list *keep);

#endif
