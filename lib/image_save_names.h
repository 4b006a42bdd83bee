/*
 * The names under which images are given to others.
 */
#ifndef IMAGE_SAVE_NAMES_H
#define IMAGE_SAVE_NAMES_H

#include "layout.h"
#include "opt.h"

/*
 * What is meant by the name `text`: itself, or without a tag all tags that it has, sorted; in our
 * form. None: it is an id, it has a digest, or there is no such name.
 */
struct list save_names(const struct store *store, const char *text);

/* NAME:TAG with its domain, docker.io/library/busybox:latest. The caller frees it. */
char *reference_full(const char *text);

#endif
