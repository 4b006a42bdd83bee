/*
 * What a .dockerignore file leaves out of a build's context: patterns, of which the last one that
 * matches a path, or a directory that it is in, decides; one behind a `!` takes it in again. The
 * rules are those of Docker (moby/patternmatcher), where they differ from git's.
 */
#ifndef IGNORE_H
#define IGNORE_H

#include <stdbool.h>
#include <stddef.h>

struct ignore_pattern;

struct ignore {
	struct ignore_pattern *at;
	size_t count;
};

/* Add one. refuse()s a malformed one, naming the object; a number of a line, if it is not 0. */
void ignore_add(struct ignore *ignore, const char *text, const char *object, size_t line);

/* Add those of a file: a line each, without comments. fail()s; refuse()s what is no regular file.
 */
void ignore_read(struct ignore *ignore, const char *file);

void ignore_free(struct ignore *ignore);

/*
 * Is the path, below the context, left out? For who walks through directories: `above` has for each
 * pattern whether it matches the directory that the path is in, or one of those above; the same
 * about the path is put into `own`, which may be `above`. There is room for `count` in both.
 */
bool ignore_step(const struct ignore *ignore, const char *path, const bool *above, bool *own);

/* The same where there was no walk so far; "" is the context itself, which never is. */
bool ignore_walk(const struct ignore *ignore, const char *path, bool *own);
bool ignore_path(const struct ignore *ignore, const char *path);

/* Can something below this directory be taken in again if that is left out? */
bool ignore_has_exceptions(const struct ignore *ignore, const char *directory);

#endif
