/*
 * Removing a cgroup from all hierarchies: see cgroup.h. It is run at the end of every container, so
 * the usual case costs one rmdir(2) for each hierarchy.
 */
#define _GNU_SOURCE
#include "cgroup.h"

#include "err.h"
#include "io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* Remove the cgroups below `name`, the deepest first; those in use stay. */
static void remove_children(int above, const char *name)
{
	int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		close_fd(&fd);
		return; /* gone; or the removal of `name` itself will say why */
	}
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		remove_children(fd, entry->d_name);
		(void)unlinkat(fd, entry->d_name, AT_REMOVEDIR); /* likewise */
	}
	(void)closedir(dir);
}

/*
 * EBUSY has two causes: cgroups below, and processes. A process counts until it is reaped, in v1
 * a moment longer: so it may be worth waiting.
 */
static int remove_one(const struct cgroup *cg, int root, bool v2, long deadline)
{
	if (unlinkat(root, cg->path, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno == EROFS && faccessat(root, cg->path, F_OK, 0) && errno == ENOENT)
		return 0;
	if (errno != EBUSY)
		return -1;

	FREED char *name = v2 ? xprintf("%s/cgroup.events", cg->path) : NULL;
	CLOSED int events = v2 ? openat(root, name, O_RDONLY | O_CLOEXEC) : -1;
	do {
		char text[64];

		/* Read before, so that a change from here on wakes cg_wait(). */
		(void)pread(events, text, sizeof(text), 0); /* v1: no such file */
		remove_children(root, cg->path);
		if (unlinkat(root, cg->path, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
	} while (errno == EBUSY && cg_wait(events, deadline));
	return -1;
}

int cg_remove(struct cgroup *cg, long ms)
{
	long deadline = cg_deadline(ms);
	int failed = 0;

	for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++) {
		CLOSED int root = open(h->mount, O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (root >= 0 && remove_one(cg, root, h->v2, deadline) == 0) {
			cg_remove_parents(cg, root);
			continue;
		}
		complain(cg->path,
		         errno == EBUSY ? "remove it in %s, with processes in it"
		                        : "remove it in %s",
		         h->mount);
		failed = -1;
	}
	return failed;
}
