/* The layers below as one tree: see layer_lower.h. */
#define _GNU_SOURCE
#include "layer_lower.h"

#include "directory.h"
#include "err.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static void add_part(struct lower *lower, int fd)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	lower->parts = xrealloc(lower->parts, (lower->count + 1) * sizeof(*lower->parts));
	lower->parts[lower->count++] = (struct lower_part){fd, opacity_of(path)};
}

struct lower lower_open(const struct list *layers)
{
	struct lower lower = {0};

	for (size_t i = 0; i < layers->count; i++) {
		int fd = open(layers->at[i], O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			fail(layers->at[i], "open");
		add_part(&lower, fd); /* a root that is opaque is not to overlayfs */
	}
	return lower;
}

void lower_close(struct lower *lower)
{
	for (size_t i = 0; i < lower->count; i++)
		close_fd(&lower->parts[i].fd);
	free(lower->parts);
	*lower = (struct lower){0};
}

enum { IS_ABSENT, IS_WHITEOUT, IS_THERE };

static int look_up(const struct lower_part *part, const char *name, struct stat *st)
{
	FREED char *path = xprintf("/proc/self/fd/%d/%s", part->fd, name);

	if (fstatat(part->fd, name, st, AT_SYMLINK_NOFOLLOW) == 0)
		return is_whiteout(path, st, part->opacity) ? IS_WHITEOUT : IS_THERE;
	if (errno != ENOENT)
		fail(name, "stat in the layers below");
	return IS_ABSENT;
}

bool lower_find(const struct lower *lower, const char *name, struct stat *st)
{
	for (size_t i = 0; i < lower->count; i++) {
		int what = look_up(&lower->parts[i], name, st);

		if (what != IS_ABSENT)
			return what == IS_THERE;
	}
	return false;
}

struct lower lower_enter(const struct lower *lower, const char *name)
{
	struct lower inner = {0};
	struct stat st;

	for (size_t i = 0; i < lower->count; i++) {
		int what = look_up(&lower->parts[i], name, &st);

		if (what == IS_ABSENT)
			continue;
		if (what == IS_WHITEOUT || !S_ISDIR(st.st_mode))
			break;
		int fd = openat(lower->parts[i].fd, name,
		                O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			fail(name, "open in the layers below");
		add_part(&inner, fd);
		if (inner.parts[inner.count - 1].opacity == OPACITY_OPAQUE)
			break;
	}
	return inner;
}

const char *lower_path(const struct lower *lower, char path[32])
{
	if (!lower->count)
		return NULL;
	(void)snprintf(path, 32, "/proc/self/fd/%d", lower->parts[0].fd);
	return path;
}

struct list lower_list(const struct lower *lower)
{
	struct list all = {0}, once = {0};

	for (size_t i = 0; i < lower->count; i++) {
		struct list one = directory_list(lower->parts[i].fd, "a layer below");

		for (size_t j = 0; j < one.count; j++)
			list_add(&all, one.at[j]);
		free(one.at);
	}
	list_sort(&all);
	for (size_t i = 0; i < all.count; i++)
		if (once.count && strcmp(once.at[once.count - 1], all.at[i]) == 0)
			free(all.at[i]);
		else
			list_add(&once, all.at[i]);
	free(all.at);
	return once;
}
