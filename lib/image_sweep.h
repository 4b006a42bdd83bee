/*
 * What no image needs any more is deleted. Reference counting is by looking: what an entry of the
 * index leads to is needed, all else is not.
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

/* Set layers aside that nothing needs. The store is locked. fail()s. */
void sweep_aside(const struct store *store, const struct list *keep);

/*
 * Put back of these what is needed, print "layer TAB DIFF_ID" for the others, and delete them
 * together with the blobs that nothing needs. The lock is let go for the deleting itself. 0, or -1:
 * not all could be deleted, and that was said.
 */
int sweep_delete(const struct store *store, const struct list *keep);

#endif
