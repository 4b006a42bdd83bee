/* The network namespace of somebody else: see netns.h. */
#define _GNU_SOURCE
#include "netns.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include "process.h"
#include "sys.h"
#include <errno.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

const char *netns_name(const struct netns *of)
{
	return of->pid ? of->pid : of->file;
}

static int open_process(const struct netns *of)
{
	uint64_t pid, start = 0;

	if (num_parse(of->pid, INT32_MAX, &pid) || !pid)
		usage_error("--pid: %s: not a process id", of->pid);
	if (of->start && num_parse(of->start, INT64_MAX, &start))
		usage_error("--start: %s: not a number", of->start);
	int process = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	if (process < 0 && errno == ESRCH)
		refuse(of->pid, "there is no such process");
	if (process < 0)
		fail(of->pid, "open the process");
	/* The pidfd came first: if it is that one, it is that of the pidfd, unless it has ended. */
	if (start && process_start((pid_t)pid) != start)
		refuse(of->pid, "it did not start at %s: it is another process", of->start);
	if (poll(&(struct pollfd){.fd = process, .events = POLLIN}, 1, 0))
		refuse(of->pid, "the process has ended");
	return process;
}

static int open_file(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		fail(file, "open");
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		refuse(file, "not a network namespace");
	return fd;
}

static int open_own(struct stat *st)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (own < 0 || fstat(own, st))
		fail("/proc/self/ns/net", "open");
	return own;
}

int netns_enter(const struct netns *of)
{
	struct stat before, after;
	CLOSED int whose = of->pid ? open_process(of) : open_file(of->file);
	CLOSED int ours = open_own(&before);

	if (setns(whose, CLONE_NEWNET)) {
		if (errno == ESRCH)
			refuse(netns_name(of), "the process has ended");
		fail(netns_name(of), "enter its network namespace");
	}
	int entered = open_own(&after);
	if (before.st_ino == after.st_ino && before.st_dev == after.st_dev)
		refuse(netns_name(of), "its network namespace is our own");
	return entered;
}
