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
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

void creds_read_filter(struct creds *creds)
{
	const char *file = creds->filter_file;
	size_t length;

	if (!file)
		return;
	char *data = read_file(AT_FDCWD, file, BPF_MAXINSNS * sizeof(struct sock_filter), &length);
	if (!data)
		fail(file, "read the seccomp filter");
	if (!length || length % sizeof(struct sock_filter))
		refuse(file, "not a compiled seccomp filter");
	creds->filter.len = (unsigned short)(length / sizeof(struct sock_filter));
	creds->filter.filter = (struct sock_filter *)(void *)data;
}

static void load_filter(const struct creds *creds)
{
	if (creds->filter_file && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &creds->filter))
		fail(creds->filter_file, "load the seccomp filter");
}

bool creds_groups_fixed(const char *pid)
{
	FREED char *path = xprintf("/proc/%s/setgroups", pid);
	FREED char *text = read_file(AT_FDCWD, path, 64, NULL);

	return text && strncmp(text, "deny", 4) == 0;
}

static void set_groups(const struct creds *creds, const struct user *user)
{
	if (setgroups(user->group_count, user->groups) == 0)
		return;
	/* In a user namespace that somebody without privilege made, it is as if nobody had any. */
	int why = errno;
	if (why == EPERM && (creds->groups_fixed || creds_groups_fixed("self")))
		return;
	errno = why;
	fail(NULL, "set %zu supplementary groups", user->group_count);
}

static void become(const struct creds *creds, const struct user *user)
{
	set_groups(creds, user);
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
	if (!creds->no_new_privs)
		load_filter(creds);
	become(creds, user);
	caps_set(creds->caps);
	if (creds->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		fail(NULL, "set no_new_privs");
	if (death_signal && prctl(PR_SET_PDEATHSIG, death_signal))
		fail(NULL, "set the parent death signal");
}

void creds_seal(const struct creds *creds)
{
	if (creds->no_new_privs)
		load_filter(creds);
}
