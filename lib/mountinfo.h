/*
 * /proc/PID/mountinfo, one mount at a time, without a copy of the whole: proc(5).
 */
#ifndef MOUNTINFO_H
#define MOUNTINFO_H

#include <stdbool.h>

struct mount_entry { /* strings live until the next mounts_next(); octal escapes are undone */
	int id, parent;
	char *root;    /* what of the file system is mounted here */
	char *target;  /* where */
	char *options; /* of this mount: rw,relatime */
	char *fields;  /* optional ones: "shared:1 master:2", or empty */
	char *type;    /* of the file system: overlay, cgroup2 */
	char *source;
	char *super; /* options of the file system: rw,cpu,cpuacct; a comma in a value is \054 */
};

struct mounts {
	char *text, *next;
};

/* Read the table of `pid` (NULL: self). 0, or -1 with errno. mounts_close() frees it. */
int mounts_open(struct mounts *mounts, const char *pid);
bool mounts_next(struct mounts *mounts, struct mount_entry *entry);
void mounts_close(struct mounts *mounts);

/* Undo the octal escapes of the kernel in place: the values in `super` still have theirs. */
void mounts_unescape(char *s);

/* Is `word` one of the comma-separated words of `list`? */
bool has_word(const char *list, const char *word);

#endif
