/*
 * Making a cgroup in the hierarchies that it is needed in: see cgroup.h.
 *
 * The leaf is made first, and what it needs above it is seen to afterwards: as long as it is there,
 * nobody can remove its parents.
 */
#define _GNU_SOURCE
#include "cgroup.h"

#include "err.h"
#include "io.h"
#include "mountinfo.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/*
 * Directories made on the way to the leaf carry the sticky bit, which has no meaning here: it marks
 * what nobody asked for by name, and what is to go with the last one below. A parent that somebody
 * made, with limits of its own perhaps, stays.
 */
enum { LEAF_MODE = 0755, PARENT_MODE = 01755 };

void cg_remove_parents(const struct cgroup *cg, int root)
{
	char *path = xstrdup(cg->path), *slash;
	struct stat st;

	while ((slash = strrchr(path, '/'))) {
		*slash = '\0';
		if (fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    (!(st.st_mode & S_ISVTX) || unlinkat(root, path, AT_REMOVEDIR)))
			break; /* not ours, or EBUSY: others live there */
	}
	free(path);
}

static void unmake(void *of)
{
	struct cgroup *cg = of;

	for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++) {
		CLOSED int root = h->made ? open(h->mount, O_PATH | O_CLOEXEC) : -1;

		if (root < 0)
			continue;
		if (unlinkat(root, cg->path, AT_REMOVEDIR) && errno != ENOENT)
			complain(cg->path, "remove it in %s", h->mount);
		cg_remove_parents(cg, root);
	}
}

/* The parent may be removed with its last child between our two steps; but not a hundred times. */
static int make_leaf(int root, const char *path)
{
	char *parent = xstrdup(path);
	int made = -1;

	for (int tries = 0; tries < 100; tries++) {
		made = mkdirat(root, path, LEAF_MODE);
		if (made == 0 || errno != ENOENT)
			break;
		for (char *slash = parent; (slash = strchr(slash, '/')); *slash++ = '/') {
			*slash = '\0';
			if (mkdirat(root, parent, PARENT_MODE) && errno != EEXIST &&
			    errno != ENOENT) {
				free(parent);
				return -1;
			}
		}
	}
	int why = errno;
	free(parent);
	errno = why;
	return made;
}

/*
 * v1: no process enters a cpuset without CPUs and memory nodes, "No space left on device", and a
 * new one has none. Each level gets what the one above has.
 */
static void fill_cpuset(const struct cgroup *cg, int root)
{
	static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};

	for (int i = 0; i < 2; i++) {
		FREED char *above = read_file(root, files[i], 65536, NULL);

		for (const char *end = cg->path; above && *end; end += *end == '/') {
			end += strcspn(end, "/");
			FREED char *file =
			        xprintf("%.*s/%s", (int)(end - cg->path), cg->path, files[i]);
			char *own = read_file(root, file, 65536, NULL);

			if (!own)
				fail(cg->path, "read %s", file);
			if (strcmp(own, "\n") == 0 || !*own) {
				if (write_file(root, file, above))
					fail(cg->path, "%s", file);
				free(own);
			} else {
				free(above);
				above = own;
			}
		}
		if (!above)
			fail(cg->path, "read %s of the root", files[i]);
	}
}

/* The controllers of `h->enable` that the space-separated list in `dir/file` lacks, as "+a +b". */
static char *missing(const struct hierarchy *h, int dir, const char *file)
{
	char *has = read_file(dir, file, 4096, NULL), *lacks = xstrdup("");

	if (!has)
		fail(h->mount, "read %s", file);
	for (char *c = has; (c = strpbrk(c, " \n"));)
		*c = *c == ' ' ? ',' : '\0';
	for (size_t i = 0; i < h->enable.count; i++)
		if (!has_word(has, h->enable.at[i])) {
			char *longer = xprintf("%s+%s ", lacks, h->enable.at[i]);

			free(lacks);
			lacks = longer;
		}
	free(has);
	return lacks;
}

static void enable(const struct cgroup *cg, const struct hierarchy *h)
{
	CLOSED int root = open(h->mount, O_PATH | O_CLOEXEC);
	FREED char *lacks = missing(h, h->dir, "cgroup.controllers");

	if (!*lacks)
		return;
	/* The root first, then each one above the leaf. */
	for (const char *end = cg->path; end; end = strchr(end + (*end == '/'), '/')) {
		int length = (int)(end - cg->path);
		FREED char *file = xprintf("%.*s%scgroup.subtree_control", length, cg->path,
		                           length ? "/" : "");
		FREED char *here = missing(h, root, file);

		if (!*here || write_file(root, file, here) == 0)
			continue;
		if (errno == EBUSY) /* the "no internal processes" rule of cgroup-v2.rst */
			fail(cg->path, "%s/%.*s has processes, which bars controllers below",
			     h->mount, length, cg->path);
		fail(cg->path, "enable %sin %s/%s", here, h->mount, file);
	}
}

void cg_make(struct cgroup *cg)
{
	on_failure(unmake, cg);
	for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++) {
		if (!h->wanted || h->dir >= 0)
			continue;
		CLOSED int root = open(h->mount, O_PATH | O_CLOEXEC);
		if (root < 0)
			fail(h->mount, "open");
		if (make_leaf(root, cg->path)) {
			cg_remove_parents(cg, root); /* what we may have made in vain */
			if (errno == EEXIST)
				fail(cg->path, "make a new cgroup in %s", h->mount);
			fail(cg->path, "make a cgroup in %s", h->mount);
		}
		h->made = true;
		h->dir = openat(root, cg->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (h->dir < 0)
			fail(cg->path, "open it in %s", h->mount);
		if (!h->v2 && has_word(h->controllers, "cpuset"))
			fill_cpuset(cg, root);
	}
	for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++)
		if (h->v2 && h->wanted)
			enable(cg, h);
}
