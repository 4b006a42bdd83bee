/*
 * Are two directories of layers alike, whatever is in them?
 */
#ifndef LAYER_SAME_H
#define LAYER_SAME_H

#include <stdbool.h>

/*
 * Owner, mode, with `mtime` the time, and those extended attributes that are a layer's business.
 * Both are any descriptors of directories. fail()s, naming the object.
 */
bool layer_same(int one, int other, bool mtime, const char *object);

#endif
