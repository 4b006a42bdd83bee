/*
 * What was made in an upper directory of overlayfs to mount something on, taken away again.
 */
#ifndef LAYER_CLEAR_H
#define LAYER_CLEAR_H

#include "opt.h"

/*
 * Remove what is called so, the last one first: absolute paths below `upper`, as --made-fd of
 * ctr-init tells them. What is no longer empty stays, and so does what is behind a link now. With
 * it go the directories of the layers below (the topmost first) that are only there because
 * something was made in them, unchanged; the others keep their times. fail()s.
 */
void layer_clear(const char *upper, const struct list *lowers, const struct list *made);

#endif
