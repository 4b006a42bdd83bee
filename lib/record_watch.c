/*
 * Watching containers: see record_watch.h.
 *
 * What is watched is watched first and looked at then: so what changes in between is seen twice
 * rather than never, and a look that finds nothing new tells nothing.
 */
#define _GNU_SOURCE
#include "record_watch.h"

#include "err.h"
#include "io.h"
#include "log_time.h"
#include "record_events.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>

static int inotify, containers;
static struct container **all;
static size_t count;
static bool gone; /* the store itself */

static struct container *find(const char *id, int watch)
{
	for (size_t i = 0; i < count; i++)
		if (id ? !strcmp(all[i]->id, id)
		       : watch == all[i]->watches[0] || watch == all[i]->watches[1])
			return all[i];
	return NULL;
}

/* -1: it is not there (any more). */
static int watch(const char *path, uint32_t events)
{
	int number = inotify_add_watch(inotify, path, events);

	if (number < 0 && errno != ENOENT)
		fail(store_file(path),
		     errno == ENOSPC ? "watch (fs.inotify.max_user_watches)" : "watch");
	return number;
}

static void look_at_run(struct container *c, const char *prefix)
{
	/* Another file has another watch; the one of a deleted file goes by itself. */
	c->watches[1] = watch(record_path(prefix, c->id, "run"), IN_MODIFY);
	container_open_run(c, prefix);
}

static void adopt(const char *id)
{
	struct container *c = container_new(id);
	const char *prefix = "";

	if ((count & (count - 1)) == 0)
		all = xrealloc(all, 2 * (count + 1) * sizeof(struct container *));
	all[count++] = c;
	c->watches[0] = watch(record_path(prefix, id, NULL), IN_MOVED_TO | IN_CREATE | IN_ONLYDIR);
	if (c->watches[0] < 0) /* it is being removed, perhaps not yet entirely */
		prefix = ".gone-";
	container_look(c, prefix);
	look_at_run(c, prefix);
	c->seen = true;
}

static void lose(struct container *c)
{
	container_gone(c);
	for (size_t i = 0; i < 2; i++)
		if (c->watches[i] >= 0)
			(void)inotify_rm_watch(inotify, c->watches[i]); /* is gone as a rule */
	for (size_t i = 0; i < count; i++)
		if (all[i] == c)
			all[i] = all[--count];
	container_free(c);
}

/* All of them, at first and when events have got lost. */
static void look_around(void)
{
	int fd = open("containers", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		fail(store_file("containers"), "open");
	for (size_t i = 0; i < count; i++)
		all[i]->seen = false;
	for (struct dirent *entry; (entry = readdir(dir));) {
		struct container *c = find(entry->d_name, -1);

		if (c) {
			c->seen = true;
			container_look(c, "");
			look_at_run(c, "");
		} else if (id_is_valid(entry->d_name)) {
			adopt(entry->d_name);
		}
	}
	(void)closedir(dir);
	for (size_t i = count; i-- > 0;)
		if (!all[i]->seen)
			lose(all[i]);
}

static void in_containers(const struct inotify_event *event)
{
	struct container *c = event->len ? find(event->name, -1) : NULL;

	if (event->mask & (IN_DELETE_SELF | IN_IGNORED))
		gone = true;
	else if (event->mask & IN_MOVED_TO && !c && id_is_valid(event->name))
		adopt(event->name);
	else if (event->mask & (IN_MOVED_FROM | IN_DELETE) && c)
		lose(c);
}

static void in_container(struct container *c, const struct inotify_event *event)
{
	if (event->wd == c->watches[1])
		container_look_run(c);
	else if (event->len && !strcmp(event->name, "run"))
		look_at_run(c, "");
	else if (event->len && !strcmp(event->name, "record"))
		container_look(c, "");
}

static void take_events(void)
{
	static char buffer[65536] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t length = read(inotify, buffer, sizeof(buffer));
	bool lost = false;

	if (length < 0 && errno != EAGAIN)
		fail(NULL, "read from inotify");
	for (char *at = buffer; at < buffer + length;) {
		const struct inotify_event *event = (const void *)at;
		struct container *c = find(NULL, event->wd);

		if (event->mask & IN_Q_OVERFLOW)
			lost = true;
		else if (event->wd == containers)
			in_containers(event);
		else if (c)
			in_container(c, event);
		at += sizeof(*event) + event->len;
	}
	if (lost)
		look_around();
}

static int until(int64_t end)
{
	int64_t left = (end - log_now() + 999999) / 1000000;

	return end == INT64_MAX ? -1 : left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

enum { INOTIFY, STDOUT, SUPERVISORS };

/* False: it is time to end. */
static bool wait_for_more(int64_t end)
{
	size_t used = SUPERVISORS;
	FREED struct pollfd *fds = xalloc((count + SUPERVISORS) * sizeof(*fds));
	FREED struct container **of = xalloc((count + SUPERVISORS) * sizeof(struct container *));

	fds[INOTIFY] = (struct pollfd){.fd = inotify, .events = POLLIN};
	fds[STDOUT] = (struct pollfd){.fd = STDOUT_FILENO}; /* only whether it is broken */
	for (size_t i = 0; i < count; i++)
		if (all[i]->supervisor >= 0) {
			fds[used] = (struct pollfd){.fd = all[i]->supervisor, .events = POLLIN};
			of[used++] = all[i];
		}
	int ready = poll(fds, used, until(end));
	if (ready < 0 && errno != EINTR)
		fail(NULL, "poll");
	if (ready < 0)
		return true;
	if (ready == 0)
		return until(end) != 0;
	for (size_t i = SUPERVISORS; i < used; i++)
		if (fds[i].revents)
			container_abandoned(of[i]);
	if (fds[INOTIFY].revents)
		take_events();
	return !fds[STDOUT].revents;
}

static void flush(void)
{
	if (fflush(stdout) || ferror(stdout))
		fail("standard output", "write");
}

/*
 * Two descriptors a container. And to be first: what a container that is removed after its 10 ms of
 * life did can be read only before that. None of both is a condition.
 */
static void prepare(void)
{
	enum { HIGHEST = -20 };
	struct rlimit limit;

	(void)setpriority(PRIO_PROCESS, 0, HIGHEST);
	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void enter_store(int store)
{
	if (fchdir(store))
		fail(store_file(""), "chdir");
	if ((mkdir("names", 0711) && errno != EEXIST) ||
	    (mkdir("containers", 0711) && errno != EEXIST))
		fail(store_file("containers"), "mkdir");
}

void record_watch(int store, const struct event_view *view)
{
	prepare();
	enter_store(store);
	inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (inotify < 0)
		fail(NULL, "inotify_init1");
	containers = watch("containers", IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF);
	event_begin(view);
	look_around();
	event_release();
	do {
		flush();
		if (gone)
			refuse(store_file("containers"), "is gone");
	} while (wait_for_more(view->until));
	flush();
}
