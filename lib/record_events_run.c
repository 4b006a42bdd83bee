/* Events of a container's process, as `run` tells them: see record_events.h. */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "log_time.h"
#include "num.h"
#include "process.h"
#include "record_events.h"
#include "sys.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int64_t parse_time(const char *text)
{
	uint64_t nano;

	return num_nano(text, &nano) ? log_now() : (int64_t)nano;
}

static void end(struct container *c, const char *status)
{
	int64_t time = c->finished ? c->finished : log_now();

	if (c->ended) /* somebody has noted the end of one that we saw ourselves */
		return;
	if (c->oom)
		container_tell(c, time, "oom", NULL, NULL);
	c->ended = true;
	container_tell(c, time, "die", "exitCode", status);
}

static void take_fact(struct container *c, const char *key, const char *value)
{
	static pid_t pid;

	if (!strcmp(key, "supervisor")) {
		pid = atoi(value);
		close_fd(&c->supervisor);
		c->supervisor = (int)syscall(SYS_pidfd_open, pid, 0);
	} else if (!strcmp(key, "supervisor_start")) {
		if (process_start(pid) == strtoull(value, NULL, 10))
			return;
		close_fd(&c->supervisor);
		c->supervisor = -1;
	} else if (!strcmp(key, "started")) {
		c->started = parse_time(value);
		container_tell(c, c->started, "start", NULL, NULL);
	} else if (!strcmp(key, "oom")) {
		c->oom = true;
	} else if (!strcmp(key, "finished")) {
		c->finished = parse_time(value);
	} else if (!strcmp(key, "exit")) {
		end(c, value);
	}
}

void container_look_run(struct container *c)
{
	static char text[16384];
	ssize_t length;

	while (c->run >= 0 && (length = pread(c->run, text, sizeof(text) - 1, c->told)) > 0) {
		char *at = text;

		text[length] = '\0';
		for (char *newline; (newline = strchr(at, '\n')); at = newline + 1) {
			char *tab = memchr(at, '\t', (size_t)(newline - at));

			*newline = '\0';
			if (!tab)
				continue;
			*tab = '\0';
			take_fact(c, at, tab + 1);
		}
		if (at == text) /* without its newline a line is not complete */
			return;
		c->told += at - text;
	}
}

void container_open_run(struct container *c, const char *prefix)
{
	int run = openat(AT_FDCWD, record_path(prefix, c->id, "run"), O_RDONLY | O_CLOEXEC);
	struct stat old, new;

	if (run < 0 && errno != ENOENT)
		fail(store_file(record_path(prefix, c->id, "run")), "open");
	container_look_run(c);
	if (run < 0)
		return;
	if (c->run >= 0 && fstat(c->run, &old) == 0 && fstat(run, &new) == 0 &&
	    old.st_ino == new.st_ino) {
		(void)close(run);
		return;
	}
	close_fd(&c->run);
	close_fd(&c->supervisor);
	c->run = run;
	c->supervisor = -1;
	c->told = 0;
	c->started = c->finished = 0;
	c->oom = c->ended = false;
	container_look_run(c);
}

void container_abandoned(struct container *c)
{
	container_look_run(c);
	close_fd(&c->supervisor);
	c->supervisor = -1;
	if (c->started)
		end(c, "137");
}

void container_gone(struct container *c)
{
	container_look_run(c);
	container_tell(c, log_now(), "destroy", NULL, NULL);
}
