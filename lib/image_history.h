/*
 * How an image came to be, on stdout.
 */
#ifndef IMAGE_HISTORY_H
#define IMAGE_HISTORY_H

#include "image.h"

/*
 * A line for each step, the last one first: id (of the image, in the first line), seconds since the
 * epoch, what was done, bytes in files, comment; a dash, or 0 seconds, where there is none. Layers
 * that the history does not tell of have a line each. brief: what was done in 45 characters.
 */
void image_history(const struct store *store, const struct image *image, bool brief);

#endif
