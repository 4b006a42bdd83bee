/* A process to be entered: see target.h. */
#define _GNU_SOURCE
#include "target.h"

#include "cgroup_of.h"
#include "err.h"
#include "io.h"
#include "ns.h"
#include "num.h"
#include "process.h"
#include "sys.h"
#include <errno.h>
#include <poll.h>
#include <sys/stat.h>

static _Noreturn void refuse_ended(const struct target *target)
{
	refuse(target->name, "the process has ended");
}

static void check_alive(const struct target *target)
{
	if (poll(&(struct pollfd){.fd = target->fd, .events = POLLIN}, 1, 0))
		refuse_ended(target);
}

static bool stat_namespace(const char *pid, const char *kind, struct stat *st)
{
	FREED char *path = xprintf("/proc/%s/ns/%s", pid, kind);

	return stat(path, st) == 0;
}

/* Ours are left out, for one reason because nobody may enter his own user namespace once more. */
static void find_namespaces(struct target *target)
{
	FREED char *pid = xprintf("%d", target->pid);
	struct stat own, its;

	for (int kind = 0; kind < NS_KINDS; kind++) {
		const char *file = ns_types[kind].name;

		if (!stat_namespace("self", file, &own))
			continue; /* this kernel does without */
		if (!stat_namespace(pid, file, &its)) {
			int why = errno;

			/* Who is about to end gives up the namespaces first. */
			if (why == ENOENT || why == ESRCH)
				refuse_ended(target);
			check_alive(target);
			errno = why;
			fail(target->name, "look at its %s namespace", file);
		}
		if (own.st_ino != its.st_ino || own.st_dev != its.st_dev)
			target->namespaces |= (unsigned int)ns_types[kind].flag;
	}
}

void target_open(struct target *target, const char *name, unsigned long long start)
{
	uint64_t number;

	if (num_parse(name, INT32_MAX, &number) || !number)
		usage_error("%s: not a process id", name);
	*target = (struct target){.name = name, .pid = (pid_t)number};
	target->fd = (int)syscall(SYS_pidfd_open, target->pid, 0);
	if (target->fd < 0 && errno == ESRCH)
		refuse(name, "there is no such process");
	if (target->fd < 0)
		fail(name, "open the process");
	check_alive(target);
	if (start && process_start(target->pid) != start)
		refuse(name, "it did not start at %llu: it is another process", start);
	find_namespaces(target);
	rlimits_of(&target->rlimits, target->pid);
	cgroup_of(target->pid, &target->cgroups);
}

void target_check(const struct target *target)
{
	const char *frozen = cgroup_of_frozen(&target->cgroups);

	check_alive(target);
	if (frozen)
		refuse(target->name, "the process is frozen: %s", frozen);
}
