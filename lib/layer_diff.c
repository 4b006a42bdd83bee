/* Differences between layers: see layer_diff.h. */
#define _GNU_SOURCE
#include "layer_diff.h"

#include "directory.h"
#include "err.h"
#include "io.h"
#include "layer_lower.h"
#include "layer_name.h"
#include "layer_same.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

struct walk {
	const struct layer_diff *diff;
	struct list changes; /* KIND and path, in one string */
};

/* A file or directory of the upper one. */
struct node {
	int fd;           /* O_PATH */
	char path[32];    /* by that descriptor */
	const char *name; /* below the root; "" is the root */
	struct stat st;
};

static void note(struct walk *w, char kind, const char *name)
{
	list_add(&w->changes, xprintf("%c/%s", kind, name));
}

static _Noreturn void fail_at(const struct walk *w, const char *name, const char *what)
{
	fail(layer_object(w->diff->upper, name), "%s", what);
}

static char *join(const char *above, const char *base)
{
	return xprintf("%s%s%s", above, *above ? "/" : "", base);
}

static bool is_mount_point(const struct walk *w, const struct node *node)
{
	bool listed = false;

	for (size_t i = 0; i < w->diff->mount_points.count; i++) {
		const char *path = w->diff->mount_points.at[i];

		listed |= *path == '/' && strcmp(path + 1, node->name) == 0;
	}
	if (!listed || !S_ISDIR(node->st.st_mode))
		return listed && S_ISREG(node->st.st_mode) && node->st.st_size == 0;
	struct list names = directory_list(node->fd, layer_object(w->diff->upper, node->name));
	bool empty = names.count == 0;
	list_free(&names);
	return empty;
}

enum result { SAME, MOUNT_POINT, CHANGED };

static enum result visit(struct walk *w, int dir, const char *base, const char *name,
                         enum opacity in, const struct lower *lower);

/* Of an opaque directory: what the layers below have there, and it has not, is deleted. */
static bool note_hidden(struct walk *w, const char *name, const struct list *own,
                        const struct lower *lower)
{
	struct list below = lower_list(lower);
	bool found = false;
	struct stat st;

	for (size_t i = 0; i < below.count; i++) {
		FREED char *base = below.at[i], *path = join(name, base);

		if (directory_has(own, base) || !lower_find(lower, base, &st))
			continue;
		note(w, 'D', path);
		found = true;
	}
	free(below.at);
	return found;
}

/*
 * lower: the same directory in the layers below. Returns the most that one of its entries is. What
 * is in an opaque directory hides as much as that does.
 */
static enum result visit_below(struct walk *w, const struct node *node, enum opacity in,
                               const struct lower *lower)
{
	struct list names = directory_list(node->fd, layer_object(w->diff->upper, node->name));
	enum opacity opacity = in == OPACITY_OPAQUE ? in : opacity_of(node->path);
	enum result most = SAME;

	if (opacity == OPACITY_OPAQUE && note_hidden(w, node->name, &names, lower))
		most = CHANGED;
	for (size_t i = 0; i < names.count; i++) {
		FREED char *path = join(node->name, names.at[i]);
		enum result one = visit(w, node->fd, names.at[i], path, opacity, lower);

		most = one > most ? one : most;
	}
	list_free(&names);
	return most;
}

static enum result visit_directory(struct walk *w, const struct node *node, const char *base,
                                   enum opacity in, const struct lower *above, bool is_new)
{
	struct lower lower = lower_enter(above, base);
	enum result most = visit_below(w, node, in, &lower);
	/* What a mount point is made in has another time from then on. */
	bool changed = is_new || !lower.count || most == CHANGED ||
	               !layer_same(node->fd, lower.parts[0].fd, most == SAME, node->name);

	lower_close(&lower);
	if (changed)
		note(w, is_new ? 'A' : 'C', node->name);
	return changed ? CHANGED : SAME;
}

static enum result visit(struct walk *w, int dir, const char *base, const char *name,
                         enum opacity in, const struct lower *lower)
{
	struct node node = {.name = name};
	struct stat below;
	bool is_new = !lower_find(lower, base, &below);
	CLOSED int fd = openat(dir, base, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return SAME; /* the container goes on meanwhile */
	if (fd < 0 || fstat(fd, &node.st))
		fail_at(w, name, "open");
	node.fd = fd;
	(void)snprintf(node.path, sizeof(node.path), "/proc/self/fd/%d", fd);
	if (is_whiteout(node.path, &node.st, in)) {
		if (!is_new)
			note(w, 'D', name);
		return is_new ? SAME : CHANGED;
	}
	if (is_new && is_mount_point(w, &node))
		return MOUNT_POINT;
	if (S_ISDIR(node.st.st_mode))
		return visit_directory(w, &node, base, in, lower, is_new);
	note(w, is_new ? 'A' : 'C', name);
	return CHANGED;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a + 1, *(char *const *)b + 1);
}

static void print(const char *change, bool json)
{
	if (json) {
		printf("{\"kind\":\"%c\",\"path\":", *change);
		text_json(change + 1);
		puts("}");
	} else {
		printf("%c\t", *change);
		text_field(change + 1);
		putchar('\n');
	}
}

void layer_diff(const struct layer_diff *diff)
{
	struct walk w = {.diff = diff};
	struct node root = {.name = ""};
	struct lower lower = lower_open(&diff->lowers);
	CLOSED int fd = open(diff->upper, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &root.st))
		fail(diff->upper, "open");
	root.fd = fd;
	(void)snprintf(root.path, sizeof(root.path), "/proc/self/fd/%d", fd);
	(void)visit_below(&w, &root, OPACITY_NONE, &lower);
	lower_close(&lower);
	if (w.changes.count)
		qsort(w.changes.at, w.changes.count, sizeof(*w.changes.at), by_path);
	for (size_t i = 0; i < w.changes.count; i++)
		print(w.changes.at[i], diff->json);
	if (fflush(stdout) || ferror(stdout))
		fail("standard output", "write");
}
