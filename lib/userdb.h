/*
 * Users and groups as the container knows them: its /etc/passwd and /etc/group, read with nothing
 * of the host's name services.
 */
#ifndef USERDB_H
#define USERDB_H

#include "opt.h"
#include <sys/types.h>

struct user {
	uid_t uid;
	gid_t gid;
	char home[4096];
	gid_t groups[256]; /* supplementary; the first is gid, which so stays in force whatever a
	                    * program does to its own (CVE-2022-36109) */
	size_t group_count;
};

/*
 * Find who NAME|UID[:GROUP|GID] is, with the meaning of docker-run(1): a number need not be known;
 * an unknown number has group 0 and home /. Supplementary groups are those that list the user,
 * unless a group is given. To be called with the container's root as root directory. fail()s when
 * a name is unknown.
 */
void user_find(const char *spec, struct user *user);

/* Add these, each NAME|GID, to the user's supplementary groups; else as user_find(). */
void user_join(const struct list *groups, struct user *user);

#endif
