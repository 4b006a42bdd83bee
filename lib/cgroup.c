/*
 * Where the hierarchies of cgroups are: see cgroup.h.
 *
 * lib/mountinfo reads the table of mounts, not libmount: this is run for every container, and
 * loading libmount would take ten times as long as all that is done here.
 */
#define _GNU_SOURCE
#include "cgroup.h"

#include "err.h"
#include "io.h"
#include "mountinfo.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>

/* v1 controllers that have another name in v2, or (NULL) no need of a controller there. */
static const struct {
	const char *v1, *v2;
} v2_names[] = {
        {"blkio",   "io"},
        {"cpuacct", NULL},
        {"devices", NULL},
        {"freezer", NULL},
};

static const char *v2_name(const char *controller)
{
	for (size_t i = 0; i < sizeof(v2_names) / sizeof(v2_names[0]); i++)
		if (strcmp(controller, v2_names[i].v1) == 0)
			return v2_names[i].v2;
	return controller;
}

static const char *check_path(const char *path)
{
	const char *name = path += strspn(path, "/");

	for (;; name += strcspn(name, "/") + 1) {
		size_t length = strcspn(name, "/");

		if (!length || strncmp(name, "..", length) == 0 || strchr(name, '\n'))
			usage_error("%s: not the name of a cgroup", path);
		if (!name[length])
			return path;
	}
}

/*
 * A view that can be written comes first, then one of the hierarchy's own root. That is "/", in a
 * cgroup namespace also "/..", which a mount from outside shows; any other root is a bind mount of
 * one cgroup with what is below.
 */
static int rank_of(const struct mount_entry *entry)
{
	bool writable = has_word(entry->options, "rw") && has_word(entry->super, "rw");
	int root = strcmp(entry->root, "/") == 0 ? 2 : strncmp(entry->root, "/..", 3) == 0 ? 1 : 0;

	return 4 * writable + root;
}

/*
 * What a super block is mounted with, without rw and SELinux' mark. Of v1 only the controllers,
 * which come first: cgroup1_show_options() in the kernel.
 */
static char *options_of(const char *super, bool v2)
{
	static const char *const others[] = {"noprefix",     "xattr",          "cpuset_v2_mode",
	                                     "favordynmods", "release_agent=", "clone_children",
	                                     "name="};
	char *copy = xstrdup(super), *rest = copy, *list = xstrdup(""), *word;

	(void)strsep(&rest, ",");
	while ((word = strsep(&rest, ","))) {
		size_t i = 0;

		while (!v2 && i < sizeof(others) / sizeof(others[0]) &&
		       strncmp(word, others[i], strlen(others[i])) != 0)
			i++;
		if (!v2 && i < sizeof(others) / sizeof(others[0]))
			break;
		if (strcmp(word, "seclabel") == 0)
			continue;
		char *longer = xprintf("%s%s%s", list, *list ? "," : "", word);
		free(list);
		list = longer;
	}
	free(copy);
	return list;
}

static void add_hierarchy(struct cgroup *cg, const struct mount_entry *entry)
{
	bool v2 = strcmp(entry->type, "cgroup2") == 0;
	struct hierarchy *h = cg->in;

	if (!v2 && strcmp(entry->type, "cgroup") != 0)
		return;
	FREED char *options = options_of(entry->super, v2);
	if (!v2 && !*options)
		return; /* a hierarchy with no controller, such as name=systemd */
	/* The same hierarchy is mounted with the same options everywhere. */
	while (h < cg->in + cg->count &&
	       (h->v2 != v2 || (!v2 && strcmp(h->controllers, options) != 0)))
		h++;
	if (h == cg->in + CG_MOST)
		return;
	if (h == cg->in + cg->count)
		*h = (struct hierarchy){.v2 = v2, .dir = -1, .rank = -1}, cg->count++;
	if (rank_of(entry) < h->rank)
		return; /* equal: the later one, which may lie on top */
	free(h->mount);
	free(h->controllers);
	free(h->options);
	h->mount = xstrdup(entry->target);
	h->controllers = v2 ? NULL : xstrdup(options);
	h->options = xstrdup(options);
	h->rank = rank_of(entry);
}

void cg_find(struct cgroup *cg, const char *path)
{
	struct mounts mounts;
	struct mount_entry entry;

	*cg = (struct cgroup){.path = check_path(path)};
	if (mounts_open(&mounts, NULL))
		fail("/proc/self/mountinfo", "read");
	while (mounts_next(&mounts, &entry))
		if (strncmp(entry.type, "cgroup", 6) == 0)
			add_hierarchy(cg, &entry);
	mounts_close(&mounts);
	if (!cg->count)
		refuse(cg->path, "no cgroup hierarchy is mounted");
}

static struct hierarchy *find_v2(struct cgroup *cg)
{
	for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++)
		if (h->v2)
			return h;
	return NULL;
}

/* What the root has, with commas between as in v1. */
static const char *v2_controllers(struct hierarchy *h)
{
	if (!h->controllers) {
		char *file = xprintf("%s/cgroup.controllers", h->mount);

		h->controllers = read_file(AT_FDCWD, file, 4096, NULL);
		if (!h->controllers)
			fail(file, "read");
		for (char *c = h->controllers; (c = strpbrk(c, " \n"));)
			*c = *c == ' ' ? ',' : '\0';
		free(file);
	}
	return h->controllers;
}

struct hierarchy *cg_with(struct cgroup *cg, const char *controller)
{
	struct hierarchy *v2 = find_v2(cg);

	for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++)
		if (!h->v2 && has_word(h->controllers, controller))
			return h;
	if (!v2 || !v2_name(controller))
		return v2;
	return has_word(v2_controllers(v2), v2_name(controller)) ? v2 : NULL;
}

struct hierarchy *cg_need(struct cgroup *cg, const char *controller)
{
	struct hierarchy *h = cg_with(cg, controller);

	if (!h)
		refuse(cg->path, "%s: controller is not available", controller);
	h->wanted = true;
	if (h->v2 && v2_name(controller))
		list_add(&h->enable, (char *)(uintptr_t)v2_name(controller));
	return h;
}

void cg_need_one(struct cgroup *cg)
{
	struct hierarchy *v2 = find_v2(cg);

	for (struct hierarchy *h = cg->in; h < cg->in + cg->count; h++)
		if (h->wanted)
			return;
	if (!v2)
		refuse(cg->path, "cgroup v1 wants a limit, or a controller by --with");
	v2->wanted = true;
}

void cg_try(struct cgroup *cg, const char *controller)
{
	struct hierarchy *h = cg_with(cg, controller);

	if (!h)
		return;
	h->wanted = true;
	if (h->v2 && v2_name(controller))
		list_add(&h->try, (char *)(uintptr_t)v2_name(controller));
}

static long now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail with this clock */
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

long cg_deadline(long ms)
{
	return now() + ms;
}

/*
 * cgroup.events of v2 wakes who polls it for exceptions. v1 tells nobody, so there it is looked at
 * again after a millisecond; and in v2 now and then, for not all that is waited for is told.
 */
bool cg_wait(int events, long deadline)
{
	struct pollfd file = {.fd = events, .events = POLLPRI};
	long left = deadline - now(), most = events < 0 ? 1 : 50;

	if (left <= 0)
		return false;
	(void)poll(&file, 1, (int)(left < most ? left : most)); /* woken early: no harm */
	return true;
}
