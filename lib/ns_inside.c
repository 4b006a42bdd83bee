/* Inside of namespaces that are new: see ns.h. */
#define _GNU_SOURCE
#include "err.h"
#include "ns.h"
#include "sys.h"

void ns_set_up(const struct ns_want wants[NS_KINDS], const struct ns_clocks *clocks, bool no_proc)
{
	bool pids = wants[NS_PID].make || wants[NS_PID].join;

	if (wants[NS_CGROUP].make && unshare(CLONE_NEWCGROUP))
		fail(NULL, "make a cgroup namespace");
	if (clocks->set)
		ns_make_time(clocks);
	if (wants[NS_MNT].make && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		fail("/", "make mounts private");
	if (wants[NS_MNT].make && pids && !no_proc &&
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		fail("/proc", "mount");
}
