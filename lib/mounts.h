/*
 * The mounts that a user asks for: volumes and tmpfs. Parsed as options come, taken hold of while
 * the old root is there, attached in the new one.
 */
#ifndef MOUNTS_H
#define MOUNTS_H

#include "opt.h"

struct extra_mount {
	const char *source;  /* of a bind; NULL: tmpfs */
	const char *target;  /* absolute, below the new root */
	unsigned long flags; /* MS_… asked for */
	const char *data;    /* of a tmpfs: size=64m,mode=1700 */
	bool copy;           /* when the source is empty, first copy what the image has there */
	int tree;            /* a detached copy of the source's mounts */
	bool directory;
	unsigned int depth; /* of target: /a before /a/b */
};

/* Take hold of the sources, in the present root. fail()s, naming the source that is missing. */
void mounts_take(const struct list *mounts);

/*
 * Attach them in the present root, shallow targets before deep ones, else as they were given;
 * missing mount points are made. fail()s.
 */
void mounts_attach(const struct list *mounts);

#endif
