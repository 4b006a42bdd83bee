/*
 * What no image needs any more is deleted.
 *
 * A container can start from an image that is being removed. Its record is there before it mounts a
 * layer, so layers are deleted in two steps: they are set aside (out of the reach of who mounts
 * one from now on), then the records are looked at once more, and a layer that was mounted in time
 * is put back; if such a layer has come again by then, both stay while a container may use either.
 * Who looks at the records is the caller: `keep` are the ids of the images in use.
 *
 * Several can sweep at once. What one has set aside after another's look at the records is not the
 * other's to delete, so its name has the sweeper in it, and the second step touches no more than
 * that. Blobs go the same way: the config of an image in use tells which layers that needs.
 * What a sweeper left that died in between, the first step of the next one takes over, so that it
 * comes before another look.
 *
 * With an image that is damaged, whose needs are not known, nothing is moved.
 */
#ifndef IMAGE_SWEEP_H
#define IMAGE_SWEEP_H

#include "image.h"
#include "opt.h"
#include <sys/types.h>

/*
 * Set aside, for the process `sweeper`, what nothing needs. The store is locked. fail()s. 0, or -1:
 * an image is damaged, and that was said.
 */
int sweep_aside(struct store *store, pid_t sweeper, const struct list *keep);

/*
 * Put back of these what is needed, print "layer TAB DIFF_ID" for each other layer, and delete. The
 * lock is let go for the deleting of layers. 0, or -1: not all could be deleted, and that was said.
 */
int sweep_delete(struct store *store, pid_t sweeper, const struct list *keep);

/* Set a layer aside for this process, which will not sweep itself. The store is locked. fail()s. */
void sweep_layer(const struct store *store, const char *diff_id);

#endif
