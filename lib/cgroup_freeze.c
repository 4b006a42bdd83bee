/* Stopping the processes of a cgroup: see cgroup_processes.h; cgroup-v1/freezer-subsystem.rst. */
#define _GNU_SOURCE
#include "cgroup_processes.h"

#include "err.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* The v1 freezer if the cgroup is there, else v2 if it is there, else NULL. */
static const struct hierarchy *freezer_of(struct cgroup *cg)
{
	const struct hierarchy *h = cg_with(cg, "freezer");

	if (h && h->dir >= 0)
		return h;
	for (h = cg->in; h < cg->in + cg->count; h++)
		if (h->v2 && h->dir >= 0)
			return h;
	return NULL;
}

static int open_state(const struct hierarchy *h)
{
	return openat(h->dir, h->v2 ? "cgroup.events" : "freezer.state", O_RDONLY | O_CLOEXEC);
}

/* v1 says THAWED, FREEZING or FROZEN; v2 has a line "frozen 0" or "frozen 1". */
static int read_state(int state)
{
	char text[256];
	ssize_t length = pread(state, text, sizeof(text) - 1, 0);

	if (length < 0)
		return -1;
	text[length] = '\0';
	if (strstr(text, "FREEZING"))
		return -1;
	return strstr(text, "FROZEN") || strstr(text, "frozen 1");
}

int cg_is_frozen(struct cgroup *cg)
{
	const struct hierarchy *h = freezer_of(cg);
	CLOSED int state = h ? open_state(h) : -1;

	return state < 0 ? -1 : read_state(state) == 1;
}

static int order(const struct hierarchy *h, bool freeze)
{
	if (h->v2)
		return write_file(h->dir, "cgroup.freeze", freeze ? "1" : "0");
	return write_file(h->dir, "freezer.state", freeze ? "FROZEN" : "THAWED");
}

int cg_try_freeze(struct cgroup *cg, bool freeze, long ms)
{
	const struct hierarchy *h = freezer_of(cg);
	CLOSED int state = h ? open_state(h) : -1;
	long deadline = cg_deadline(ms);

	if (!h)
		errno = ENOENT;
	if (state < 0)
		return -1;
	do { /* v1 wants to be told again when processes fork while they are frozen */
		if (order(h, freeze))
			return -1;
		if (read_state(state) == freeze)
			return 0;
	} while (cg_wait(h->v2 ? state : -1, deadline));
	if (freeze)
		(void)order(h, false); /* all or nothing; it went well a moment ago */
	errno = ETIMEDOUT;
	return -1;
}

void cg_freeze(struct cgroup *cg, bool freeze, long ms)
{
	if (cg_try_freeze(cg, freeze, ms) == 0)
		return;
	if (errno == ENOENT)
		refuse(cg->path, "freezer: the cgroup was made without (--with freezer)");
	if (errno == ETIMEDOUT)
		refuse(cg->path, "not %s after %ld ms", freeze ? "frozen" : "thawed", ms);
	fail(cg->path, "freezer");
}
