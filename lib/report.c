/* What a supervisor tells: see report.h. */
#define _GNU_SOURCE
#include "report.h"

#include "err.h"
#include "process.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

void report_start(int fd, pid_t child)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	unsigned long long start = process_start(child);

	(void)fcntl(fd, F_SETLK, &lock); /* a pipe has none */

	if (!start)
		refuse("/proc", "process %d is not there", child);
	if (dprintf(fd, "supervisor\t%d\nsupervisor_start\t%llu\npid\t%d\nstart\t%llu\n", getpid(),
	            process_start(getpid()), child, start) < 0)
		fail("--info-fd", "write");
}

void report_end(int fd, int status, const struct cgroup_dirs *cgroups)
{
	uint64_t kills = cgroup_dirs_oom_kills(cgroups);
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if ((kills && dprintf(fd, "oom\t%" PRIu64 "\n", kills) < 0) ||
	    dprintf(fd, "finished\t%lld.%09ld\nexit\t%d\n", (long long)now.tv_sec, now.tv_nsec,
	            status) < 0)
		complain("--info-fd", "write");
}
