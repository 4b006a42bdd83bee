/* A log, read: see log_read.h. */
#define _GNU_SOURCE
#include "log_read.h"

#include "err.h"
#include "log_file.h"
#include "log_files.h"
#include "log_tail.h"
#include "log_time.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct log_reading *reading;
static struct log_files files;
static struct log_place first[LOG_STREAMS]; /* what is before is left out */
static struct log_place next;               /* to be read */
static bool strange;                        /* something was that is no record */

static bool is_before(struct log_place a, struct log_place b)
{
	return a.part < b.part || (a.part == b.part && a.at < b.at);
}

static void take(const char *line, size_t length)
{
	struct log_record record;

	if (!log_record_parse(line, length, &record)) {
		if (!strange)
			complain_plainly(files.path, "not all of it is a log; that is left out");
		strange = true;
	} else if (!is_before(next, first[record.stream])) {
		log_show(&reading->view, &record);
	}
	next.at += (off_t)length + 1;
}

/*
 * Read the part that is next up to its last whole record, and no farther: what is only a piece now
 * may be cut off by the writer, when the disk is full, and be another one the next time.
 */
static void read_part(void)
{
	static size_t size = 1U << 18;
	static char *block;
	int fd = files.parts[next.part].fd;
	struct stat st;
	ssize_t got;

	if (!block)
		block = xalloc(size);
	while ((got = pread(fd, block, size, next.at)) > 0) {
		const char *line = block, *end = memrchr(block, '\n', (size_t)got), *newline;

		for (; end && line <= end; line = newline + 1) {
			newline = memchr(line, '\n', (size_t)(end - line) + 1);
			take(line, (size_t)(newline - line));
		}
		if (reading->follow)
			(void)log_files_renew(&files);
		if (!end && got < (ssize_t)size)
			return;
		if (!end)
			block = xrealloc(block, size *= 2);
	}
	if (got < 0)
		fail(files.path, "read");
	if (fstat(fd, &st) == 0 && st.st_size < next.at)
		next.at = 0; /* somebody has emptied it */
}

/* All there is. The newest part stays open. */
static void read_parts(void)
{
	for (;;) {
		read_part();
		if (next.part + 1 == files.count)
			return;
		/* With the next one there, this one is complete: it may have been added to before.
		 */
		read_part();
		(void)close(files.parts[next.part].fd);
		next = (struct log_place){next.part + 1, 0};
	}
}

/* How long until then, for poll(2). */
static int patience(int64_t until)
{
	int64_t now = log_now();

	if (until == INT64_MAX)
		return -1;
	if (until <= now)
		return 0;
	int64_t ms = (until - now) / 1000000 + 1;
	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

static void watch(int notes, int fd)
{
	char name[64];

	/* Not by its name, which may be another file's by now. */
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (inotify_add_watch(notes, name, IN_MODIFY | IN_CLOSE_WRITE) < 0)
		fail(files.path, "watch");
}

/*
 * The order is what makes it whole. A file is watched before it is read, so that what is written
 * behind our back wakes us; and the lock is looked at before the reading that may be the last one,
 * on what is still the newest file after that look. See log_file.h for locks and events.
 */
static void follow(void)
{
	int notes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	size_t watched = SIZE_MAX;
	bool written, late = false;
	char events[4096] __attribute__((aligned(8)));

	if (notes < 0)
		fail(NULL, "make an inotify descriptor");
	for (;;) {
		do {
			if (watched != files.count - 1)
				watch(notes, files.parts[watched = files.count - 1].fd);
			written = log_file_is_written(files.parts[watched].fd);
		} while (log_files_renew(&files));
		read_parts();
		log_show_flush(false);
		if (!written || late)
			break;
		if (watched != files.count - 1)
			continue;
		struct pollfd polls[] = {
		        {notes,         POLLIN, 0},
                        {STDOUT_FILENO, 0,      0}
                };
		int ready = poll(polls, 2, patience(reading->view.until));
		if (ready > 0 && polls[1].revents)
			break; /* nobody reads on: the other end of a pipe or terminal is gone */
		late = ready == 0; /* one more look, at what came at the last moment */
		while (read(notes, events, sizeof(events)) > 0)
			;
	}
	(void)close(notes);
}

bool log_read(const char *path, const struct log_reading *how)
{
	reading = how;
	log_files_open(&files, path);
	if (!how->all)
		log_tail(&files, how->tail, first);
	if (how->from) {
		files.gap |= !log_mark_find(&files, how->from, &first[LOG_STDOUT]);
		first[LOG_STDERR] = first[LOG_STDOUT];
	}
	next = is_before(first[LOG_STDOUT], first[LOG_STDERR]) ? first[LOG_STDOUT]
	                                                       : first[LOG_STDERR];
	if (how->follow)
		follow();
	else
		read_parts();
	log_show_flush(true);
	if (files.gap)
		complain_plainly(path, "files were removed before they could be read");
	return !strange && !files.gap;
}
