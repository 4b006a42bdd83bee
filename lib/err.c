/* The error family: see err.h. */
#define _GNU_SOURCE
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int err_status = STATUS_FAILED;
int err_usage_status = STATUS_USAGE;
int err_fd = STDERR_FILENO;

static struct {
	void (*undo)(void *);
	void *of;
} undos[32];
static unsigned int undo_count;

void on_failure(void (*undo)(void *of), void *of)
{
	if (undo_count == sizeof(undos) / sizeof(undos[0]))
		refuse(NULL, "too many steps to undo");
	undos[undo_count].undo = undo;
	undos[undo_count++].of = of;
}

void keep_what_is_done(void)
{
	undo_count = 0;
}

/*
 * One write(2) for the whole line, so that the lines of two tools that share a stderr do not mix.
 * why: an errno, or 0.
 */
static void print(const char *object, const char *format, va_list args, int why, const char *hint)
{
	char line[4096];
	int length = snprintf(line, sizeof(line), "%s: %s%s", program_invocation_short_name,
	                      object ? object : "", object ? ": " : "");

	if (length < (int)sizeof(line))
		length += vsnprintf(line + length, sizeof(line) - length, format, args);
	if (length < (int)sizeof(line))
		length += snprintf(line + length, sizeof(line) - length, "%s%s%s\n",
		                   why ? ": " : "", why ? strerror(why) : "", hint);
	if (length >= (int)sizeof(line)) {
		length = sizeof(line);
		line[length - 1] = '\n';
	}
	if (write(err_fd, line, length) < 0)
		return; /* with stderr gone there is nobody left to tell */
}

static _Noreturn void undo_and_exit(int status)
{
	while (undo_count) {
		undo_count--;
		undos[undo_count].undo(undos[undo_count].of);
	}
	exit(status);
}

void fail(const char *object, const char *format, ...)
{
	int why = errno;
	va_list args;

	va_start(args, format);
	print(object, format, args, why, "");
	va_end(args);
	undo_and_exit(err_status);
}

void refuse(const char *object, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(object, format, args, 0, "");
	va_end(args);
	undo_and_exit(err_status);
}

void usage_error(const char *format, ...)
{
	va_list args;
	char hint[128];

	(void)snprintf(hint, sizeof(hint), " (try '%s --help')", program_invocation_short_name);
	va_start(args, format);
	print(NULL, format, args, 0, hint);
	va_end(args);
	undo_and_exit(err_usage_status);
}

void complain(const char *object, const char *format, ...)
{
	int why = errno;
	va_list args;

	va_start(args, format);
	print(object, format, args, why, "");
	va_end(args);
	errno = why;
}

void complain_plainly(const char *object, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(object, format, args, 0, "");
	va_end(args);
}

void *xalloc(unsigned long bytes)
{
	void *new = calloc(1, bytes ? bytes : 1);

	if (!new)
		fail(NULL, "%lu bytes of memory", bytes);
	return new;
}

void *xrealloc(void *old, unsigned long bytes)
{
	void *new = realloc(old, bytes ? bytes : 1);

	if (!new)
		fail(NULL, "%lu bytes of memory", bytes);
	return new;
}

char *xstrdup(const char *s)
{
	return strcpy(xalloc(strlen(s) + 1), s);
}

char *xprintf(const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	if (vasprintf(&s, format, args) < 0)
		fail(NULL, "memory");
	va_end(args);
	return s;
}
