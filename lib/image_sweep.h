/*
 * Names taken away, and what no image needs any more deleted. Reference counting is by looking:
 * what an entry of the index leads to is needed, all else is not.
 *
 * A container can start from an image that is being removed. Its record is there before it mounts a
 * layer, so layers are deleted in two steps: they are set aside (out of the reach of who mounts
 * one from now on), then the records are looked at once more, and a layer that was mounted in time
 * is put back. Who looks at the records is the caller: `keep` are the ids of the images in use.
 */
#ifndef IMAGE_SWEEP_H
#define IMAGE_SWEEP_H

#include "image.h"
#include "opt.h"

/*
 * Take the name `text` away, or if it is an id, all names of that image. An image without a name is
 * gone; if it is kept that is refused, but with force it stays as one without a name. Prints
 * "untagged TAB NAME" and "deleted TAB ID". The store is locked.
 */
void image_untag(struct store *store, const char *text, const struct list *keep, bool force);

/* Set layers aside that nothing needs. The store is locked. fail()s. */
void sweep_aside(const struct store *store, const struct list *keep);

/*
 * Put back of these what is needed, prints "layer TAB DIFF_ID" for the others, and delete them
 * together with the blobs that nothing needs. The lock is let go for the deleting itself. 0, or -1:
 * not all could be deleted, and that was said.
 */
int sweep_delete(const struct store *store, const struct list *keep);

#endif
