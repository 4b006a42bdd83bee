/* The directories of a cgroup: see cgroup.h. */
#define _GNU_SOURCE
#include "cgroup.h"
#include "err.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>

bool cg_open_if_there(struct cgroup *cg)
{
	int found = 0;

	for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++) {
		char *path = xprintf("%s/%s", h->mount, cg->path);

		h->dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (h->dir >= 0)
			found++;
		else if (errno != ENOENT)
			fail(cg->path, "open %s", path);
		free(path);
	}
	return found;
}

void cg_open(struct cgroup *cg)
{
	if (!cg_open_if_there(cg))
		refuse(cg->path, "no such cgroup");
}

void cg_close(struct cgroup *cg)
{
	for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++) {
		close_fd(&h->dir);
		free(h->mount);
		free(h->controllers);
		free(h->options);
	}
	*cg = (struct cgroup){0};
}
