/*
 * Paths of a container, once its root is the root of this process and nothing else is mounted on
 * top of that. The kernel looks them up, so `..` and links of an image lead nowhere else; the
 * links of /proc that do (/proc/self/fd/3, /proc/self/exe) are not followed: ELOOP.
 */
#ifndef INSIDE_H
#define INSIDE_H

#include "opt.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * From now on paths are below this directory instead, with another root's meaning of `..` and of
 * absolute links; what is made there belongs to these.
 */
void inside_elsewhere(int root, uid_t uid, gid_t gid);

/* openat2(2), close-on-exec. The descriptor, or -1 with errno. */
int inside_open(const char *path, uint64_t flags);

/*
 * Make what is missing of `path`, a directory or an empty file, also where a link points that leads
 * nowhere yet. Returns a descriptor of it (O_PATH), be it new or of any type, or -1 with errno.
 */
int inside_make(const char *path, bool directory);

/*
 * From now on tell on `fd` what is made: its path below the root, ended by a NUL, the outer ones
 * first. Only of what is in the root itself, and not in something mounted there: it is told to who
 * takes it away again from what the root is made of. The directory it is in keeps its time. -1: no
 * longer.
 */
void inside_tell(int fd);

/* Make one of these two in a directory, as inside_make() does. 0, or -1 with errno. */
int inside_make_in(int parent, const char *name, bool directory);

/* An option's setter for an absolute path; into: const char *. */
void inside_opt(const struct opt *opt, const char *arg);

/* Make it the working directory. fail()s. */
void inside_enter(const char *path);

#endif
