/*
 * The kinds of namespace that the kernel has, namespaces(7), and what each wants to be told.
 */
#ifndef NS_H
#define NS_H

#include "opt.h"
#include "process.h"
#include <sys/types.h>

enum ns_kind { NS_USER, NS_CGROUP, NS_IPC, NS_UTS, NS_NET, NS_PID, NS_MNT, NS_TIME, NS_KINDS };

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

/* Make one of every kind but user that is not to be joined; into: the array of all kinds. */
void ns_opt_all(const struct opt *opt, const char *arg);

/* The CLONE_NEW… flags of what is to be made. */
unsigned int ns_flags(const struct ns_want wants[NS_KINDS]);

/* Is anything to be joined? */
bool ns_joins(const struct ns_want wants[NS_KINDS]);

/*
 * clone3(2) a child, ours, inside of all that is to be joined; what is to be made is up to args,
 * which may be changed. The caller joins nothing: what it looks up and runs later on is found where
 * it always was. Returns twice; -1 with errno when the clone failed, fail()s with the name of the
 * file that could not be joined.
 */
struct clone_args;
pid_t ns_clone(const struct ns_want wants[NS_KINDS], struct clone_args *args);

/*
 * A setter for INNER:OUTER:COUNT, as podman-run(1) has it; into: struct list. Appends the line that
 * user_namespaces(7) wants in uid_map and gid_map.
 */
void ns_opt_map(const struct opt *opt, const char *arg);

/*
 * Write the id maps of `pid`'s user namespace; an empty list leaves that map unset. Where the
 * kernel wants setgroups(2) given up for it, as of a caller without CAP_SETGID, it is. fail()s.
 */
void ns_map_ids(pid_t pid, const struct list *uids, const struct list *gids);

/*
 * Become root of the user namespace that we are in, if that has a root, and leave all supplementary
 * groups, if that is allowed. fail()s.
 */
void ns_become_root(void);

/* How far the clocks of a new time namespace are to be off, in seconds, and setters for that. */
struct ns_clocks {
	bool set;
	long monotonic, boottime;
};
void ns_opt_monotonic(const struct opt *opt, const char *arg);
void ns_opt_boottime(const struct opt *opt, const char *arg);

/*
 * Move to a new time namespace with these clocks: time_namespaces(7). For a process without
 * threads; needs /proc. fail()s.
 */
void ns_make_time(const struct ns_clocks *clocks);

/*
 * In the child: make the cgroup namespace, whose root is the cgroup of who makes it, and the time
 * namespace if its clocks are to be set, which clone3(2) was not asked for; make the mounts of a
 * new mount namespace private and, where pids are others, too, mount a new /proc. fail()s.
 */
void ns_set_up(const struct ns_want wants[NS_KINDS], const struct ns_clocks *clocks, bool no_proc);

#endif
