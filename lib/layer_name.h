/*
 * The names in a layer's archive, which may be anything: what they are below a root, and how to
 * show them.
 */
#ifndef LAYER_NAME_H
#define LAYER_NAME_H

#include <stdbool.h>

/*
 * The name of an entry without `.` and double slashes; "" is the root itself. In place. Refuses
 * what is absolute, has `..` in it, or is longer than any path.
 */
char *layer_name(char *name);

/* Does it, or what it is in, stand for the absence of a file in the layers below? Of one part. */
bool layer_name_is_whiteout(const char *name);

/*
 * PATH/name (path NULL: the name alone) for a message: with what a terminal might obey written in
 * octal, and cut where it gets too long for one. There until the next call.
 */
const char *layer_object(const char *path, const char *name);

#endif
