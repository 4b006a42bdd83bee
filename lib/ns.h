/*
 * The kinds of namespace that the kernel has, namespaces(7), and what each wants to be told.
 */
#ifndef NS_H
#define NS_H

#include "opt.h"
#include <sys/types.h>

enum ns_kind { NS_USER, NS_CGROUP, NS_IPC, NS_UTS, NS_NET, NS_PID, NS_MNT, NS_TIME, NS_KINDS };

/* In the order in which they are joined: the user namespace first, for it gives the right to the
 * others; the mount namespace late, for the files of the others are opened by path. */
extern const struct ns_type {
	const char *name; /* of the option, and of the file in /proc/PID/ns */
	int flag;         /* CLONE_NEW… */
} ns_types[NS_KINDS];

/* What is wanted of one kind. */
struct ns_want {
	bool make;        /* a new one */
	const char *join; /* this one: a namespace file */
};

/* An option's setter; into: the kind's struct ns_want. */
void ns_opt(const struct opt *opt, const char *arg);

/* The CLONE_NEW… flags of what is to be made. */
int ns_flags(const struct ns_want wants[NS_KINDS]);

/*
 * setns(2) to all that is to be joined. Joining a pid or time namespace changes only the children
 * of the caller. fail()s with the file's name.
 */
void ns_join(const struct ns_want wants[NS_KINDS]);

/*
 * A setter for INNER:OUTER:COUNT, as podman-run(1) has it; into: struct list. Appends the line that
 * user_namespaces(7) wants in uid_map and gid_map.
 */
void ns_opt_map(const struct opt *opt, const char *arg);

/*
 * Write the id maps of `pid`'s user namespace; an empty list leaves that map unset. A caller
 * without CAP_SETGID gives up setgroups(2) for the namespace, as the kernel demands. fail()s.
 */
void ns_map_ids(pid_t pid, const struct list *uids, const struct list *gids);

/*
 * Have the children of the caller live in a new time namespace whose monotonic and boot time clocks
 * are this many seconds off: time_namespaces(7). Offsets can be set only before the first process
 * enters, hence by the parent. fail()s.
 */
void ns_make_time(long monotonic, long boottime);

/* Field 22 of /proc/PID/stat: when the process started, in clock ticks since boot; 0: no process.
 */
unsigned long long process_start(pid_t pid);

#endif
