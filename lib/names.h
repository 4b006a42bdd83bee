/*
 * Names of containers: ROOT/names/NAME is a link to ../containers/ID. To make the link is to take
 * the name. A link whose container is neither there nor in the making, or has another name, is
 * stale: who made it died. Only under the lock of the directory `names`, and after a look at where
 * it leads, is a link removed.
 */
#ifndef NAMES_H
#define NAMES_H

#include "record.h"

/* As docker-run(1) has them: [a-zA-Z0-9][a-zA-Z0-9_.-]+ */
bool name_is_valid(const char *name);

/* ROOT/names/NAME, for messages; never freed */
const char *name_file(const char *name);

/* Whose the name is. False with errno, ENOENT: nobody's. It may be stale. */
bool name_owner(int store, const char *name, char id[ID_SIZE]);

/*
 * Take it for the container `id`, whose maker's lock is held. False: it is taken, by `owner`, or
 * with errno other than EEXIST that failed.
 */
bool name_take(int store, const char *name, const char *id, char owner[ID_SIZE]);

/* Take one nobody has, made of two words; the caller frees it. fail()s. */
char *name_take_random(int store, const char *id);

/* Give it back if it is this container's. 0, or -1 with errno. */
int name_release(int store, const char *name, const char *id);

/* Remove it if it is stale. */
void name_clear_stale(int store, const char *name);

#endif
