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
	struct sock_fprog filter; /* seccomp(2); len 0: none */
};

/*
 * Read a compiled filter, an array of struct sock_filter, which the caller keeps for good. fail()s
 * with the file's name.
 */
void creds_read_filter(const char *file, struct sock_fprog *filter);

/*
 * Become the user with these rights. The parent death signal, which a change of user clears, is
 * armed again if it was. fail()s.
 */
void creds_apply(const struct creds *creds, const struct user *user);

#endif
