/*
 * What an upper directory of overlayfs makes different from the layers below.
 */
#ifndef LAYER_DIFF_H
#define LAYER_DIFF_H

#include "opt.h"
#include <stdbool.h>

struct layer_diff {
	const char *upper;
	struct list lowers;       /* the topmost first */
	struct list mount_points; /* absolute paths: as empty as something to mount on has to be,
	                             they are no change, unless a layer has them */
	bool json;                /* an object a line */
};

/*
 * Print a line for each path, KIND TAB PATH, sorted by path. A: it is new; C: it is changed,
 * replaced, or a directory with a change in it; D: it is deleted, with all that was in it. A
 * directory that is there without being different is no change. fail()s.
 */
void layer_diff(const struct layer_diff *diff);

#endif
