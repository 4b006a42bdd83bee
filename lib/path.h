/*
 * Paths as text.
 */
#ifndef PATH_H
#define PATH_H

/*
 * The shortest path that means the same, told by the text alone, as Go's path.Clean(): without
 * double slashes, `.`, a slash at the end, and `..` where something stands before it; "." if
 * nothing is left. The caller frees it.
 */
char *path_clean(const char *path);

/* The part behind the last slash. */
const char *path_last(const char *path);

/* `base/name`, or `name` alone where base is empty. The caller frees it. */
char *path_join(const char *base, const char *name);

#endif
