/* Who started us: see caller.h. */
#define _GNU_SOURCE
#include "caller.h"

#include "err.h"
#include "fds.h"
#include "io.h"
#include "sys.h"
#include <errno.h>
#include <linux/keyctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static int own_stat = -1; /* /proc/self/stat of a /proc in which the parent may be seen */
static long parent;       /* 0: it cannot be seen */
static int death_signal;

/* Field 4 of a stat file. */
static long parent_in(int stat)
{
	char text[512];
	ssize_t length = pread(stat, text, sizeof(text) - 1, 0);
	long number = 0;

	text[length < 0 ? 0 : length] = '\0';
	const char *at = strrchr(text, ')');
	if (at)
		(void)sscanf(at, ") %*c %ld", &number);
	return number;
}

/* The way from an open directory to its parent leads through all of the host. */
static void refuse_directories(void)
{
	struct stat st;

	for (int fd = 0; fd < 3; fd++)
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			refuse(NULL,
			       "descriptor %d is a directory, by which the host could be reached",
			       fd);
}

void caller_meet(const int *keep, size_t count)
{
	(void)umask(0022);
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			fail("/dev/null", "open");
	refuse_directories();
	fds_close_but(keep, count);
	own_stat = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	if (own_stat < 0)
		fail("/proc/self/stat", "open");
	parent = parent_in(own_stat);
	(void)prctl(PR_GET_PDEATHSIG, &death_signal);
}

static ino_t namespace(const char *pid, const char *kind)
{
	FREED char *path = xprintf("/proc/%s/ns/%s", pid, kind);
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

/* What cannot be seen is of a user namespace whose things we cannot change. */
static bool is_in(long pid, const char *kind)
{
	FREED char *text = xprintf("%ld", pid);

	return namespace(text, kind) == namespace("self", kind);
}

void caller_is_elsewhere(const char *kind, const char *object, const char *advice)
{
	const ino_t first_uts = 0xeffffffe; /* PROC_UTS_INIT_INO in the kernel's proc_ns.h */
	bool shared = namespace("self", kind) == first_uts;
	long pid = parent;

	if (pid && getpid() == 1 && is_in(pid, kind)) {
		char path[32];

		(void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
		CLOSED int stat = open(path, O_RDONLY | O_CLOEXEC);
		pid = parent_in(stat);
	}
	if (shared || (pid && is_in(pid, kind)))
		refuse(object, "this is the caller's own %s namespace: use %s", kind, advice);
}

void caller_forget(void)
{
	static const char default_action[64]; /* the kernel's struct sigaction */
	sigset_t none;

	/* Not signal(3): musl keeps three signals for itself. EINVAL for KILL and STOP. */
	for (int number = 1; number < NSIG; number++)
		(void)syscall(SYS_rt_sigaction, number, default_action, NULL, NSIG / 8);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* A kernel without keyrings has none to share, nor has one that a filter keeps us from. */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS &&
	    errno != EPERM)
		fail(NULL, "join a new session keyring");
	if (syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */))
		fail(NULL, "close descriptors");
}

void caller_still_there(void)
{
	if (death_signal && parent_in(own_stat) != parent)
		_exit(STATUS_OWN);
	(void)close(own_stat);
}
