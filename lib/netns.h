/*
 * The network namespace of somebody else.
 */
#ifndef NETNS_H
#define NETNS_H

/* Whose: a process, or the one that a file stands for (/proc/PID/ns/net, /run/netns/NAME). */
struct netns {
	const char *pid;   /* as it was given; or NULL */
	const char *file;  /* or NULL */
	const char *start; /* when the process started, as process.h has it; NULL: whenever */
};

/* How messages call it. */
const char *netns_name(const struct netns *of);

/*
 * Move there, for good, and return a descriptor of it. By a pidfd: nobody else who got the pid
 * meanwhile is entered. refuse()s our own one, of which the host's would be changed; fail()s.
 */
int netns_enter(const struct netns *of);

#endif
