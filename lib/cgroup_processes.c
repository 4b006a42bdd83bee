/* Processes of cgroups: see cgroup_processes.h. */
#define _GNU_SOURCE
#include "cgroup_processes.h"

#include "err.h"
#include "io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 1 << 26, ROUNDS = 100 };

struct pids {
	pid_t *at;
	size_t count;
};

static void add_pids(struct pids *pids, const char *list)
{
	for (; *list; list += strcspn(list, "\n") + 1) {
		/* 0: a process that our pid namespace does not see. */
		if (pids->count % 64 == 0)
			pids->at = xrealloc(pids->at, (pids->count + 64) * sizeof(*pids->at));
		pids->at[pids->count++] = (pid_t)strtol(list, NULL, 10);
	}
}

/* Add the processes of the cgroup `above/name` and of all below; what vanishes meanwhile has none.
 */
static void collect(struct pids *pids, int above, const char *name)
{
	int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		close_fd(&fd);
		return;
	}
	FREED char *list = read_file(fd, "cgroup.procs", MOST_BYTES, NULL);
	if (list)
		add_pids(pids, list);
	for (struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			collect(pids, fd, entry->d_name);
	(void)closedir(dir);
}

static struct pids collect_all(const struct cgroup *cg)
{
	struct pids pids = {0};

	for (const struct hierarchy *h = cg->in; h < cg->in + cg->count; h++)
		if (h->dir >= 0)
			collect(&pids, h->dir, ".");
	return pids;
}

static int move(const struct hierarchy *h, pid_t pid)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", pid);
	return write_file(h->dir, "cgroup.procs", text);
}

static _Noreturn void move_failed(const struct cgroup *cg, const struct hierarchy *h, pid_t pid)
{
	if (errno == ENOSPC) /* "No space left on device" */
		refuse(cg->path, "add process %d in %s: the cpuset has no CPU or no memory node",
		       pid, h->mount);
	fail(cg->path, "add process %d in %s", pid, h->mount);
}

void cg_add(const struct cgroup *cg, pid_t pid)
{
	for (const struct hierarchy *h = cg->in; h < cg->in + cg->count; h++)
		if (h->dir >= 0 && move(h, pid))
			move_failed(cg, h, pid);
}

/* Also one that somebody else has just made, who may not have come so far yet. */
static bool is_to_get_them(const struct hierarchy *h)
{
	return h->made || (h->wanted && !h->v2);
}

/*
 * A process that forks before it is moved leaves a child behind, which the next round finds. When a
 * round finds what the one before has found, all are moved, and children are born in place.
 */
void cg_bring_processes(const struct cgroup *cg)
{
	struct pids before = {0};
	bool any = false;

	for (const struct hierarchy *h = cg->in; h < cg->in + cg->count; h++)
		any |= is_to_get_them(h);
	if (!any)
		return;
	for (int round = 0; round < ROUNDS; round++) {
		struct pids now = collect_all(cg);

		if (now.count == before.count &&
		    (!now.count || memcmp(now.at, before.at, now.count * sizeof(*now.at)) == 0)) {
			free(now.at);
			break;
		}
		for (const struct hierarchy *h = cg->in; h < cg->in + cg->count; h++)
			for (size_t i = 0; is_to_get_them(h) && i < now.count; i++)
				if (now.at[i] > 0 && move(h, now.at[i]) && errno != ESRCH)
					move_failed(cg, h, now.at[i]);
		free(before.at);
		before = now;
	}
	free(before.at);
}

void cg_kill(struct cgroup *cg, long ms)
{
	long deadline = cg_deadline(ms);

	do {
		/*
		 * Two ways to be sure of what forks meanwhile: v2 kills all at once; in v1 a frozen
		 * process neither forks nor ends, nor is its pid used again. Without a freezer it
		 * is a race, run until it is won.
		 */
		for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++)
			if (h->v2 && h->dir >= 0)
				(void)write_file(h->dir, "cgroup.kill", "1"); /* Linux 5.14 */
		struct pids pids = collect_all(cg);
		if (!pids.count)
			return; /* the list was never allocated */
		(void)cg_try_freeze(cg, true, 100);
		free(pids.at);
		pids = collect_all(cg);
		for (size_t i = 0; i < pids.count; i++)
			if (pids.at[i] > 0)
				(void)kill(pids.at[i], SIGKILL); /* gone: all the better */
		free(pids.at);
		(void)cg_try_freeze(cg, false, 0); /* v1: only then it dies */
	} while (cg_wait(-1, deadline));
	refuse(cg->path, "processes are left after %ld ms", ms);
}
