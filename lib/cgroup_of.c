/* A process's cgroups: see cgroup_of.h. */
#define _GNU_SOURCE
#include "cgroup_of.h"

#include "err.h"
#include "io.h"
#include "mountinfo.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A line of /proc/PID/cgroup: NUMBER:CONTROLLERS:PATH. */
struct place {
	const char *controllers; /* "cpu,cpuacct", "name=systemd"; of v2 empty */
	const char *path;        /* from the root of our cgroup namespace */
	char *dir;               /* where it is to be seen */
};

static char *read_lines(const char *pid)
{
	FREED char *file = xprintf("/proc/%s/cgroup", pid);
	char *text = read_file(AT_FDCWD, file, 1 << 20, NULL);

	if (!text)
		fail(file, "read");
	return text;
}

/* Of the lines those that we do not have alike; they are cut up. */
static size_t find_places(char *lines, struct place places[CGROUP_DIRS])
{
	FREED char *own = read_lines("self");
	size_t count = 0;

	for (char *line; (line = strsep(&lines, "\n")) && *line;) {
		FREED char *with_end = xprintf("%s\n", line);
		const char *same = strstr(own, with_end);

		if (same && (same == own || same[-1] == '\n'))
			continue;
		(void)strsep(&line, ":");
		const char *controllers = strsep(&line, ":");
		if (!line)
			continue;
		if (count == CGROUP_DIRS)
			refuse(line, "one cgroup too many");
		places[count++] = (struct place){controllers, line, NULL};
	}
	return count;
}

static bool is_of(const struct mount_entry *entry, const struct place *place)
{
	int length = (int)strcspn(place->controllers, ",");
	FREED char *first = xprintf("%.*s", length, place->controllers);

	if (!*first)
		return strcmp(entry->type, "cgroup2") == 0;
	return strcmp(entry->type, "cgroup") == 0 && has_word(entry->super, first);
}

/* A mount may show a part of the hierarchy alone. The later one may lie on top. */
static void look(const struct mount_entry *entry, struct place *place)
{
	const char *root = strcmp(entry->root, "/") ? entry->root : "";
	size_t length = strlen(root);

	if (!is_of(entry, place) || strncmp(place->path, root, length) != 0 ||
	    (place->path[length] && place->path[length] != '/') ||
	    (place->dir && !has_word(entry->options, "rw")))
		return;
	free(place->dir);
	place->dir = xprintf("%s%s", entry->target, place->path + length);
}

void cgroup_of(pid_t pid, struct cgroup_dirs *dirs)
{
	FREED char *number = xprintf("%d", pid), *lines = read_lines(number);
	struct place places[CGROUP_DIRS];
	struct mounts mounts;
	struct mount_entry entry;
	size_t count = find_places(lines, places);

	if (count && mounts_open(&mounts, NULL))
		fail("/proc/self/mountinfo", "read");
	while (count && mounts_next(&mounts, &entry))
		for (size_t i = 0; i < count && strncmp(entry.type, "cgroup", 6) == 0; i++)
			look(&entry, &places[i]);
	for (size_t i = 0; i < count; i++) {
		if (places[i].dir)
			list_add(&dirs->names, places[i].dir);
		else if (strncmp(places[i].controllers, "name=", 5) != 0)
			refuse(number, "its cgroup %s: no mount shows it", places[i].path);
	}
	if (count)
		mounts_close(&mounts);
	cgroup_dirs_open(dirs);
}

/* Of v1 only one hierarchy has the file. What is being stopped never comes back to THAWED. */
static bool is_frozen(int dir, bool v2)
{
	FREED char *state = read_file(dir, v2 ? "cgroup.events" : "freezer.state", 4096, NULL);
	FREED char *order = v2 ? read_file(dir, "cgroup.freeze", 4096, NULL) : NULL;

	if (!v2)
		return state && strncmp(state, "THAWED", 6) != 0;
	return (state && strstr(state, "frozen 1")) || (order && *order == '1');
}

const char *cgroup_of_frozen(const struct cgroup_dirs *dirs)
{
	for (int i = 0; i < (int)dirs->names.count; i++)
		if (is_frozen(dirs->fds[i], i == dirs->v2))
			return dirs->names.at[i];
	return NULL;
}
