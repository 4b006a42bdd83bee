/*
 * One cgroup, named by its path below the root of every hierarchy, in whichever of them it is:
 * cgroup v1 with a hierarchy for each controller or for several, v2 with one for all, or both at
 * once (hybrid). cgroups(7); Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include "opt.h"

enum { CG_MOST = 20 }; /* hierarchies: the kernel has 14 controllers, and v2 */

struct hierarchy {
	char *mount;        /* the directory where its root is to be seen */
	char *controllers;  /* comma-separated; of v2: NULL until somebody asks */
	char *options;      /* what it is to be mounted with, so that it stays as it is */
	bool v2;            /* the one of version 2 */
	bool wanted;        /* cg_need() said so */
	bool made;          /* cg_make() made the cgroup here */
	int rank;           /* how good a view `mount` is, among several of this hierarchy */
	int dir;            /* the cgroup's directory here, or -1 */
	struct list enable; /* controllers of v2 that the cgroup needs */
	struct list try;    /* and those that it can do without */
};

struct cgroup {
	const char *path; /* a/b/c */
	struct hierarchy in[CG_MOST];
	int count;
};

/*
 * Find the hierarchies in /proc/self/mountinfo, never by a fixed path: the one that shows the
 * hierarchy's own root where it is mounted more than once, and a writable one rather than a
 * read-only one. Named hierarchies without a controller (name=systemd) are none of ours. refuse()s
 * a path that is empty or has an empty component, `.` or `..`; a leading slash is dropped.
 */
void cg_find(struct cgroup *cg, const char *path);

/*
 * Where `controller` (by its v1 name) is to be had: its v1 hierarchy, else v2 if that has it or
 * does the job without a controller. NULL: nowhere. fail()s.
 */
struct hierarchy *cg_with(struct cgroup *cg, const char *controller);

/* As cg_with(), and note that the cgroup needs it. refuse()s a controller that is nowhere. */
struct hierarchy *cg_need(struct cgroup *cg, const char *controller);

/*
 * Have this one as well, if it is to be had. In v2 it is not where a cgroup above has processes of
 * its own, or when others manage that one.
 */
void cg_try(struct cgroup *cg, const char *controller);

/* If nothing was needed, the cgroup is to be in v2, where that needs no controller. refuse()s. */
void cg_need_one(struct cgroup *cg);

/* Open the cgroup's directories where it exists. refuse()s when it exists nowhere. */
void cg_open(struct cgroup *cg);

/* The same, but false when it exists nowhere; cg_close() for who goes on to another one. */
bool cg_open_if_there(struct cgroup *cg);
void cg_close(struct cgroup *cg);

/*
 * Make the cgroup wherever cg_need() said and it is not open yet, with what is missing above it,
 * and open it. In v2 the controllers needed are enabled down the path; in v1 an empty cpuset is
 * filled from the one above, for no process can enter it before. Exists already: an error. fail()s;
 * then, and when the tool fails later on, all that was made is removed. Controllers stay enabled;
 * where a cgroup above has processes of its own, which bars them, the error names it.
 */
void cg_make(struct cgroup *cg);

/*
 * Remove the cgroup, with what is below it, wherever it exists; then what cg_make() made above it,
 * if empty: see cgroup_remove.c. Waits up to `ms` for the last processes to be gone. Gone already
 * is success. What cannot be removed is complained of, the rest is removed: -1.
 */
int cg_remove(struct cgroup *cg, long ms);

/* Remove the directories above the cgroup that cg_make() made for it, up to one still in use. */
void cg_remove_parents(const struct cgroup *cg, int root);

/* Sleep, or poll() the file `events` (>= 0) for a change, but not beyond the deadline. False: it
 * has passed. A deadline is milliseconds of CLOCK_MONOTONIC, from cg_deadline(). */
bool cg_wait(int events, long deadline);
long cg_deadline(long ms);

#endif
