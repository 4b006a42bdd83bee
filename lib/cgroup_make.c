/*
 * Making a cgroup in the hierarchies that it is needed in: see cgroup.h.
 *
 * Above it may be others' cgroups, made and removed at the same time: see make_leaf(). As soon as
 * it is there, nobody can remove its parents.
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
		/* Not made, but wanted and not there before: its parents may have been made. */
		bool parents = h->made || (h->wanted && h->dir < 0);
		CLOSED int root = parents ? open(h->mount, O_PATH | O_CLOEXEC) : -1;

		if (root < 0)
			continue;
		if (h->made && unlinkat(root, cg->path, AT_REMOVEDIR) && errno != ENOENT)
			complain(cg->path, "remove it in %s", h->mount);
		cg_remove_parents(cg, root);
	}
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

/*
 * The controllers of `wanted` that the cgroup `dir/path` does not give to those below it, as
 * "+a +b ". NULL: that cgroup is gone.
 */
static char *to_enable(const struct list *wanted, int dir, const char *file)
{
	char *has = read_file(dir, file, 4096, NULL), *list = xstrdup("");

	for (char *c = has; c && (c = strpbrk(c, " \n"));)
		*c = *c == ' ' ? ',' : '\0';
	for (size_t i = 0; has && i < wanted->count; i++)
		if (!has_word(has, wanted->at[i])) {
			char *longer = xprintf("%s+%s ", list, wanted->at[i]);

			free(list);
			list = longer;
		}
	if (!has)
		free(list);
	free(has);
	return has ? list : NULL;
}

/*
 * v2: enable what the cgroup needs from the root down to the one above it, which is open as
 * `parent`. -1: one of them was removed meanwhile.
 */
static int enable(const struct cgroup *cg, const struct hierarchy *h, int root, int parent)
{
	static const char name[] = "cgroup.subtree_control";
	FREED char *lacks = to_enable(&h->enable, parent, name);

	if (!lacks || !*lacks)
		return lacks ? 0 : -1;
	for (const char *end = cg->path; end; end = strchr(end + (*end == '/'), '/')) {
		int length = (int)(end - cg->path);
		bool last = !strchr(end + (*end == '/'), '/');
		FREED char *path = xprintf("%.*s%s%s", length, cg->path, length ? "/" : "", name);
		const char *file = last ? name : path;
		FREED char *here = to_enable(&h->enable, last ? parent : root, file);

		if (!here)
			return -1;
		if (!*here || write_file(last ? parent : root, file, here) == 0)
			continue;
		if (errno == ENOENT || errno == ENODEV)
			return -1;
		if (errno == EBUSY) /* the "no internal processes" rule of cgroup-v2.rst */
			fail(cg->path, "%s/%.*s has processes, which bars controllers below",
			     h->mount, length, cg->path);
		fail(cg->path, "enable %sin %s/%s", here, h->mount, path);
	}
	return 0;
}

/* What it can do without: as far down as that goes. */
static void enable_more(const struct cgroup *cg, const struct hierarchy *h, int root, int parent)
{
	FREED char *lacks =
	        h->try.count ? to_enable(&h->try, parent, "cgroup.subtree_control") : NULL;
	bool more = lacks && *lacks;

	for (const char *end = cg->path; more && end; end = strchr(end + (*end == '/'), '/')) {
		int length = (int)(end - cg->path);
		FREED char *path = xprintf("%.*s%scgroup.subtree_control", length, cg->path,
		                           length ? "/" : "");
		FREED char *here = to_enable(&h->try, root, path);

		more = here && (!*here || write_file(root, path, here) == 0);
	}
}

/* Make what is missing above the cgroup, and open the one right above it. -1 with errno. */
static int open_parent(int root, const char *path)
{
	FREED char *parent = xstrdup(path);
	char *name = strrchr(parent, '/');
	int dir;

	if (!name)
		return openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	*name = '\0';
	dir = openat(root, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 || errno != ENOENT)
		return dir;
	*name = '/';
	for (char *slash = parent; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		if (mkdirat(root, parent, PARENT_MODE) && errno != EEXIST)
			return -1;
	}
	*name = '\0';
	return openat(root, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/*
 * Others may remove a parent with their last child at any moment, then we begin anew. The
 * controllers are enabled in the very directory that the cgroup is made in, before: another one may
 * be at enabling them now, and the kernel tells of that before their files are there; making a
 * directory waits for it.
 */
static int make_leaf(const struct cgroup *cg, const struct hierarchy *h, int root)
{
	const char *slash = strrchr(cg->path, '/'), *name = slash ? slash + 1 : cg->path;

	for (int tries = 0; tries < 100; tries++) {
		CLOSED int parent = open_parent(root, cg->path);

		if (parent < 0 && errno != ENOENT)
			return -1;
		if (parent < 0 || (h->v2 && enable(cg, h, root, parent)))
			continue;
		if (h->v2)
			enable_more(cg, h, root, parent);
		if (mkdirat(parent, name, LEAF_MODE) == 0)
			return 0;
		if (errno != ENOENT)
			return -1;
	}
	return -1;
}

/* Is it an old one, which gets one more controller? */
static bool was_there(const struct cgroup *cg)
{
	for (const struct hierarchy *h = cg->in; h < cg->in + cg->count; h++)
		if (h->dir >= 0 && !h->made)
			return true;
	return false;
}

static void make_in(const struct cgroup *cg, struct hierarchy *h, int root)
{
	h->made = make_leaf(cg, h, root) == 0;
	/* An old one that somebody else has just given the same. */
	if (!h->made && !(errno == EEXIST && was_there(cg)))
		fail(cg->path, "make it in %s", h->mount);
	h->dir = openat(root, cg->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (h->dir < 0)
		fail(cg->path, "open it in %s", h->mount);
	if (h->made && !h->v2 && has_word(h->controllers, "cpuset"))
		fill_cpuset(cg, root);
}

void cg_make(struct cgroup *cg)
{
	on_failure(unmake, cg);
	for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++) {
		if (!h->wanted || (h->dir >= 0 && !h->enable.count))
			continue;
		CLOSED int root = open(h->mount, O_PATH | O_CLOEXEC);
		if (root < 0)
			fail(h->mount, "open");
		if (h->dir < 0) {
			make_in(cg, h, root);
			continue;
		}
		CLOSED int parent = open_parent(root, cg->path);
		if (parent < 0 || enable(cg, h, root, parent))
			fail(cg->path, "enable controllers above it in %s", h->mount);
	}
}
