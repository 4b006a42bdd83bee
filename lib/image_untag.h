/*
 * Names of images taken away, in the index that is in memory.
 */
#ifndef IMAGE_UNTAG_H
#define IMAGE_UNTAG_H

#include "layout.h"
#include "opt.h"

/*
 * Take the name `text` away, or if it is an id, all names of that image. An image without a name is
 * gone; if its id is one of `keep` that is refused, but with force only its name goes.
 * A cached step goes by its id, while nobody builds. One that is damaged goes only with force. What
 * is done is appended to `told`, two words each: "untagged" NAME, "deleted" ID. The store is
 * locked.
 */
void image_untag(struct store *store, const char *text, const struct list *keep, bool force,
                 struct list *told);

/* The same, but of the image with this id only what has no name, if there is any such: it may have
 * been given one since somebody looked. */
void image_untag_dangling(struct store *store, const char *id, const struct list *keep, bool force,
                          struct list *told);

#endif
