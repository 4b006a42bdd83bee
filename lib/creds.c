/* Giving up rights: see creds.h. */
#define _GNU_SOURCE
#include "creds.h"

#include "caps.h"
#include "err.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

void creds_read_filter(const char *file, struct sock_fprog *filter)
{
	size_t length;
	char *data = read_file(AT_FDCWD, file, BPF_MAXINSNS * sizeof(struct sock_filter), &length);

	if (!data)
		fail(file, "read the seccomp filter");
	if (!length || length % sizeof(struct sock_filter))
		refuse(file, "not a compiled seccomp filter");
	filter->len = (unsigned short)(length / sizeof(struct sock_filter));
	filter->filter = (struct sock_filter *)(void *)data;
}

static void load_filter(const struct sock_fprog *filter)
{
	if (filter->len && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter))
		fail(NULL, "load the seccomp filter");
}

static void become(const struct user *user)
{
	/* Inside a user namespace that has setgroups(2) denied, there is nothing to be set. */
	if (setgroups(user->group_count, user->groups) && (errno != EPERM || user->group_count))
		fail(NULL, "set %zu supplementary groups", user->group_count);
	if (setresgid(user->gid, user->gid, user->gid))
		fail(NULL, "become group %u", user->gid);
	if (setresuid(user->uid, user->uid, user->uid))
		fail(NULL, "become user %u", user->uid);
}

void creds_apply(const struct creds *creds, const struct user *user)
{
	int death_signal = 0;

	(void)prctl(PR_GET_PDEATHSIG, &death_signal);
	caps_bound(creds->caps);
	/*
	 * Loading a filter takes CAP_SYS_ADMIN or no_new_privs. With the latter it comes last, and
	 * so need not allow the calls in between; without, it has to come before rights are given
	 * up.
	 */
	if (!creds->no_new_privs)
		load_filter(&creds->filter);
	become(user);
	caps_set(creds->caps);
	if (creds->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		fail(NULL, "set no_new_privs");
	if (death_signal && prctl(PR_SET_PDEATHSIG, death_signal))
		fail(NULL, "set the parent death signal");
	if (creds->no_new_privs)
		load_filter(&creds->filter);
}
