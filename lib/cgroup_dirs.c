/* Cgroups given by directory: see cgroup_dirs.h. */
#define _GNU_SOURCE
#include "cgroup_dirs.h"

#include "err.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

void cgroup_dirs_open(struct cgroup_dirs *dirs)
{
	dev_t hierarchies[CGROUP_DIRS];
	struct statfs fs;
	struct stat st;

	dirs->v2 = -1;
	for (size_t i = 0; i < dirs->names.count; i++) {
		const char *name = dirs->names.at[i];

		if (i == CGROUP_DIRS)
			refuse(name, "one cgroup too many");
		int fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 || fstatfs(fd, &fs) || fstat(fd, &st))
			fail(name, "open the cgroup");
		if (fs.f_type == CGROUP2_SUPER_MAGIC)
			dirs->v2 = (int)i;
		else if (fs.f_type != CGROUP_SUPER_MAGIC)
			refuse(name, "not a cgroup");
		/* A process is in one cgroup of each: the last one would win. */
		for (size_t j = 0; j < i; j++)
			if (hierarchies[j] == st.st_dev)
				refuse(name, "of the same hierarchy as %s", dirs->names.at[j]);
		hierarchies[i] = st.st_dev;
		dirs->fds[i] = fd;
	}
}

static _Noreturn void cannot(const char *name)
{
	if (errno == ENOSPC) /* "No space left on device" */
		refuse(name, "put the child in: the cpuset has no CPU or no memory node");
	fail(name, "put the child in");
}

void cgroup_dirs_add(const struct cgroup_dirs *dirs, pid_t pid)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; i < dirs->names.count; i++)
		if (write_file(dirs->fds[i], "cgroup.procs", text))
			cannot(dirs->names.at[i]);
}

void cgroup_dirs_enter(const struct cgroup_dirs *dirs)
{
	for (int i = 0; i < (int)dirs->names.count; i++)
		if (i != dirs->v2 && write_file(dirs->fds[i], "tasks", "0"))
			cannot(dirs->names.at[i]);
}

uint64_t cgroup_dirs_oom_kills(const struct cgroup_dirs *dirs)
{
	uint64_t kills = 0;

	for (int i = 0; i < (int)dirs->names.count; i++) {
		const char *file = i == dirs->v2 ? "memory.events" : "memory.oom_control";
		FREED char *text = read_file(dirs->fds[i], file, 4096, NULL);
		const char *line = text ? strstr(text, "oom_kill ") : NULL;

		if (line)
			(void)sscanf(line, "oom_kill %" SCNu64, &kills);
	}
	return kills;
}
