/*
 * A container's events, from the differences that its record shows from one look to the next.
 * record.h tells what stands where. All paths are relative to the store, which is the current
 * directory.
 */
#ifndef RECORD_EVENTS_H
#define RECORD_EVENTS_H

#include "record.h"
#include <stdint.h>

/* What we know of one; made of zeros and an id by container_new(). */
struct container {
	char id[ID_SIZE];
	char *record; /* when it was seen last; NULL: it never was */
	size_t length;
	int run;         /* open, so that it tells its end even when it is deleted; -1: none */
	off_t told;      /* up to there */
	int supervisor;  /* pidfd; -1: none */
	int64_t started; /* 0: not */
	int64_t finished;
	bool oom, ended;
	int watches[2]; /* of inotify: its directory, its `run` */
	bool seen;
};

struct container *container_new(const char *id);
void container_free(struct container *container);

/* Tell an event of it, with an attribute more; `key` may be NULL. */
void container_tell(const struct container *container, int64_t time, const char *action,
                    const char *key, const char *value);

/* Look at its record, containers/PREFIXid/record; tell what has changed. */
void container_look(struct container *container, const char *prefix);

/* The same of its `run`; of another one after that, if a new one has been put there. */
void container_look_run(struct container *container);
void container_open_run(struct container *container, const char *prefix);

/* Its supervisor has ended: if that has not told how the container did, it was killed with it. */
void container_abandoned(struct container *container);

/* It is gone. */
void container_gone(struct container *container);

#endif
