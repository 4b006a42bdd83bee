/*
 * What files of a build's context have besides their contents.
 */
#ifndef CONTEXT_ATTR_H
#define CONTEXT_ATTR_H

#include "context.h"
#include "layer_attr.h"

/*
 * Owner, mode, time of change and those extended attributes that mean the same in an image: not
 * those of overlayfs, of this machine's policy, of a network's file system. layer_attr_free() frees
 * them. fail()s.
 */
void context_attr(const struct context_entry *entry, struct layer_attr *attr);

/* Where a symbolic link leads to; there until the next call. fail()s. */
const char *context_link(const struct context_entry *entry);

#endif
