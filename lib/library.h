/*
 * Shared libraries that few need, loaded when one does.
 *
 * A static program loads none, and starts in a fifth of the time. So there is a second build of it,
 * in LIBRARY_TWINS seen from its own directory, which it becomes when it comes to that: the same
 * command line from the beginning. Until then nothing may have been done that cannot be done again,
 * and nothing told.
 */
#ifndef LIBRARY_H
#define LIBRARY_H

#define LIBRARY_TWINS "../lib/mini-docker"

/* refuse()s, and fail()s without a twin. */
void *library_load(const char *file);
void *library_symbol(void *library, const char *file, const char *name);

#endif
