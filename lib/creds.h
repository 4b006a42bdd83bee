/*
 * What a process inside may do: user, capabilities, seccomp, no_new_privs; given up in an order in
 * which each step still has the right to be taken.
 */
#ifndef CREDS_H
#define CREDS_H

#include "userdb.h"
#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

struct creds {
	uint64_t caps;     /* what a root user keeps, and others can get by a program with them */
	bool no_new_privs; /* prctl(2), PR_SET_NO_NEW_PRIVS */
	bool groups_fixed; /* creds_groups_fixed(), where /proc is another pid namespace's by then
	                    */
	const char *filter_file;  /* NULL: none */
	struct sock_fprog filter; /* what is in it: seccomp(2) */
};

/* Read the compiled filter, an array of struct sock_filter, from filter_file. fail()s. */
void creds_read_filter(struct creds *creds);

/* Does the user namespace of process `pid` (a number, or "self") allow no setgroups(2)? */
bool creds_groups_fixed(const char *pid);

/*
 * Become the user with these rights. The parent death signal, which a change of user clears, is
 * armed again if it was. fail()s.
 */
void creds_apply(const struct creds *creds, const struct user *user);

/*
 * The last step: with no_new_privs the filter is loaded here, so that it need not allow anything
 * but what comes now. Without, that took a right that is given up by now: creds_apply() has done
 * it, and the filter has to allow what that did afterwards.
 */
void creds_seal(const struct creds *creds);

#endif
