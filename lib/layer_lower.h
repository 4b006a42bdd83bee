/*
 * What the layers below have under a name: layers of overlayfs seen as one tree without mounting
 * them. Walked from the root down, a directory at a time.
 */
#ifndef LAYER_LOWER_H
#define LAYER_LOWER_H

#include "opt.h"
#include "whiteout.h"
#include <stdbool.h>
#include <sys/stat.h>

/* One directory of that tree: the directories of the layers that it is made of, the topmost first.
 */
struct lower {
	struct lower_part {
		int fd; /* O_PATH */
		enum opacity opacity;
	} * parts;
	size_t count; /* 0: there is no such directory */
};

/* The roots of the layers, the topmost first. fail()s, naming the layer. */
struct lower lower_open(const struct list *layers);
void lower_close(struct lower *lower);

/* What has this name in the directory. False: nothing. fail()s when that cannot be told. */
bool lower_find(const struct lower *lower, const char *name, struct stat *st);

/* The directory of this name; with count 0 if there is none, or something else. */
struct lower lower_enter(const struct lower *lower, const char *name);

/* The attributes of the directory itself: those of its topmost part. The path to that, or NULL. */
const char *lower_path(const struct lower *lower, char path[32]);

/*
 * All names in the layers' directories, sorted, each once: what a whiteout hides is among them, and
 * for lower_find() to tell. The caller frees them.
 */
struct list lower_list(const struct lower *lower);

#endif
