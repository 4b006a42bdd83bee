/*
 * A tree that an archive is copied to, as by cp(1): it has files already, and may be in use by
 * others who mean harm. In it, a file gives way to a file and nothing else to anything; a directory
 * keeps what is in it. Names never lead through a symbolic link but for those in the destination
 * that was asked for, and never out of its root.
 *
 * The first entry of the archive is what is copied, and all others are below. If the destination
 * is a directory, it goes into that; if there is none yet, it gets that name; and an archive
 * whose first entry is `.` is the contents of a directory, which go into the destination itself.
 * A destination that is a device, a pipe or a socket is refused: who names /dev/null does not want
 * to have a file there.
 */
#ifndef LANDING_H
#define LANDING_H

#include "layer_tree.h"

struct landing {
	int root;         /* of `path`, for lookup() */
	const char *path; /* the destination */
	bool into;        /* it has to be a directory, and whatever there is goes into it */
	bool owned;       /* what is made belongs to these, */
	uid_t uid;        /* and directories that are there stay as they are; */
	gid_t gid;        /* else they too get what the archive has */
	bool no_devices;  /* leave them out */
	bool settled;     /* the first entry was there */
	bool contents;    /* and was `.` */
	char *as;         /* what it is called in the tree; NULL: as in the archive */
};

/* For tree.h's functions. What is made stays, also if the tool fails later on. */
void landing_open(struct landing *landing, struct tree *tree);

/*
 * What an entry is called in the tree; the caller frees it. That of the first one opens the tree.
 * entry: NULL for the target of a hard link. refuse()s and fail()s.
 */
char *landing_name(struct tree *tree, struct archive_entry *entry, const char *name);

/*
 * The owner is the one of the landing. Where that is another one than the file had, set-ID bits and
 * capabilities go, as with chown(2): they were given by somebody else.
 */
void landing_own(const struct landing *landing, struct layer_attr *attr, mode_t type);

/* Is this one not wanted there? Then that has been said. */
bool landing_leaves_out(const struct landing *landing, mode_t type, const char *object);

/* Remove what has the name; refuse()s a directory. */
void landing_clear(int parent, const char *base, const char *object);

#endif
