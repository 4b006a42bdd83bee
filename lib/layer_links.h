/*
 * Files with several names, known by device and inode, for who packs them: the first name counts.
 */
#ifndef LAYER_LINKS_H
#define LAYER_LINKS_H

#include <sys/stat.h>

/* The name by which this file was noted before; NULL: noted now. `links`: NULL at first. */
const char *links_note(void **links, const struct stat *st, const char *name);

void links_free(void *links);

#endif
