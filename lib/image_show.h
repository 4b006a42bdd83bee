/*
 * Images on stdout.
 */
#ifndef IMAGE_SHOW_H
#define IMAGE_SHOW_H

#include "image.h"

enum image_format {
	IMAGE_LINES, /* KEY TAB VALUE, a line for each of several values */
	IMAGE_SHELL, /* image_KEY='VALUE'; of several values, each is quoted in that once more */
	IMAGE_JSON,  /* an object, with the whole config */
};

/*
 * What running a container takes: id, name, layers (the topmost first), env, entrypoint, cmd, user,
 * workdir, volumes, exposed, stop_signal, onbuild, shell; and labels. refuse()s an image whose
 * layers are not all unpacked, or whose values a process could not be given.
 */
void image_show(const struct store *store, const struct image *image, enum image_format format);

/* When it was made, in seconds since the epoch; 0 where there is no time. */
int64_t image_created(const struct image *image);

/*
 * A line for each entry of the index: name, tag, id, digest of the manifest, seconds since the
 * epoch when it was made, bytes; `-` where there is none. json: an object a line. all: cached steps
 * of builds as well. 0, or -1: not all could be read, and that was said.
 */
int image_list(const struct store *store, bool json, bool all);

/* A time as configs have it, RFC 3339, in seconds since the epoch; 0 of NULL and what is none. */
int64_t image_time(const char *created);

#endif
