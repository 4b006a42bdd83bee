/*
 * Paths below a root that is not ours, such as that of a container in use, whose processes may
 * exchange directories for links at any time.
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Where paths end up when there is no other root: this process's own. */
enum { OWN_ROOT = -1 };

/*
 * openat2(2), close-on-exec: `..` and links lead nowhere but below `root`, a descriptor, and are
 * not followed where they are the kernel's (/proc/self/exe). The descriptor, or -1 with errno.
 */
int lookup(int root, const char *path, uint64_t flags);

/*
 * The root of a running process, whatever mount namespace that is in, with all that is mounted
 * there. start: as process_start(), so that a pid that is another's by now is refused; 0: any.
 * Never OWN_ROOT; fail()s.
 */
int lookup_root_of(pid_t pid, uint64_t start);

/*
 * Where `path` leads to, be it there or not: the directory that holds it, and in *name, the
 * caller's to free, the last part, which is no link. "." for the directory itself. *directory: the
 * path says that it is one, by a slash behind it. The descriptor, or -1 with errno.
 */
int lookup_place(int root, const char *path, char **name, bool *directory);

#endif
