/*
 * traces NAME SHELL [PID...]: which processes has the test NAME left behind? One line each:
 * "process PID COMMAND".
 *
 * A process is the test's when NAME is in its environment, command line, cgroup or working
 * directory, or in the mounts of a mount namespace that is not ours, when the test's shell (its
 * pid is SHELL) started it, or when another one of these did. We ourselves, what we descend from
 * below SHELL, and each PID given are not counted, nor are zombies: those wait for their parent.
 * Changes nothing. Needs the privilege to read other processes' /proc entries.
 */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct process {
	int pid, parent;
	bool ours, spared;
};

static struct process *processes;
static size_t count;
static const char *name;

static bool has_name(int dir, const char *file)
{
	size_t length;
	FREED char *text = read_file(dir, file, SIZE_MAX / 2, &length);

	return text && memmem(text, length, name, strlen(name));
}

static bool links_to_name(int dir, const char *link)
{
	char target[PATH_MAX + 1] = "";

	return readlinkat(dir, link, target, PATH_MAX) > 0 && strstr(target, name);
}

static bool mounts_name(int dir)
{
	char own[64] = "", its[64] = "";

	return readlink("/proc/self/ns/mnt", own, sizeof(own) - 1) > 0 &&
	       readlinkat(dir, "ns/mnt", its, sizeof(its) - 1) > 0 && strcmp(own, its) != 0 &&
	       has_name(dir, "mountinfo");
}

/* What is gone by now, or a zombie, is left out. */
static void look_at(int proc, const char *pid)
{
	CLOSED int dir = openat(proc, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	FREED char *stat = dir < 0 ? NULL : read_file(dir, "stat", 65536, NULL);
	const char *rest = stat ? strrchr(stat, ')') : NULL; /* the name before may hold anything */
	struct process p = {.pid = atoi(pid)};
	char state;

	if (!rest || sscanf(rest, ") %c %d", &state, &p.parent) != 2 || strchr("ZX", state))
		return;
	p.ours = has_name(dir, "cmdline") || has_name(dir, "environ") || has_name(dir, "cgroup") ||
	         links_to_name(dir, "cwd") || mounts_name(dir);
	processes = xrealloc(processes, (count + 1) * sizeof(p));
	processes[count++] = p;
}

static struct process *find(int pid)
{
	for (size_t i = 0; i < count; i++)
		if (processes[i].pid == pid)
			return &processes[i];
	return NULL;
}

/* What belongs to a process of the test belongs to the test, whatever it made of itself since. */
static void spread(int shell)
{
	bool changed;

	do {
		changed = false;
		for (size_t i = 0; i < count; i++) {
			struct process *p = &processes[i], *parent = find(p->parent);

			if (p->ours || p->spared || !parent)
				continue;
			if (p->parent == shell || (parent->ours && !parent->spared))
				p->ours = changed = true;
		}
	} while (changed);
}

static void print(int proc, int pid)
{
	char path[32];
	size_t length = 0;

	(void)snprintf(path, sizeof(path), "%d/cmdline", pid);
	FREED char *command = read_file(proc, path, SIZE_MAX / 2, &length);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)command[i] < ' ')
			command[i] = ' ';
	printf("process %d %.200s\n", pid, command ? command : "");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		refuse(NULL, "usage: traces NAME SHELL [PID...]");
	name = argv[1];
	int shell = atoi(argv[2]);
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = opendir("/proc");
	if (proc < 0 || !list)
		fail("/proc", "open");
	for (struct dirent *entry; (entry = readdir(list));)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			look_at(proc, entry->d_name);
	(void)closedir(list);

	struct process *p;
	for (int i = 2; i < argc; i++)
		if ((p = find(atoi(argv[i]))))
			p->spared = true;
	for (int pid = getpid(); pid != shell && (p = find(pid)); pid = p->parent)
		p->spared = true;
	spread(shell);
	for (size_t i = 0; i < count; i++)
		if (processes[i].ours && !processes[i].spared)
			print(proc, processes[i].pid);
	free(processes);
	if (fflush(stdout))
		fail("standard output", "write");
	return 0;
}
