/*
 * The error family of lib/err.h for who may not exit: see caught.h. It takes the place of err.c.
 */
#define _GNU_SOURCE
#include "caught.h"

#include "err.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the sanitizers' allocator_interface.h, which not every compiler brings. */
int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void *, size_t),
                                              void (*freed)(const volatile void *));

int err_status, err_usage_status, err_fd = 2;

static jmp_buf end;

/* What is allocated within a call, and not freed yet. */
static const volatile void *live[1 << 20];
static size_t count;
static bool within;

static void allocated(const volatile void *memory, size_t size)
{
	(void)size;
	if (!within)
		return;
	if (count == sizeof(live) / sizeof(live[0]))
		abort();
	live[count++] = memory;
}

static void freed(const volatile void *memory)
{
	if (!within)
		return;
	for (size_t i = count; i-- > 0;)
		if (live[i] == memory) {
			live[i] = live[--count];
			return;
		}
}

bool caught(void (*what)(void *of), void *of)
{
	static bool ready;
	volatile bool well = false;

	if (!ready && !__sanitizer_install_malloc_and_free_hooks(allocated, freed))
		abort();
	ready = true;
	count = 0;
	within = true;
	if (!setjmp(end)) { /* NOLINT(cert-err52-cpp): there is no other way out of fail() */
		what(of);
		well = true;
	}
	within = false;
	while (count)
		free((void *)(uintptr_t)live[--count]);
	return well;
}

/* The message is made, for what is wrong in that, and thrown away. */
#define END(format)                                                                                \
	do {                                                                                       \
		static char line[1 << 16];                                                         \
		va_list args;                                                                      \
		va_start(args, format);                                                            \
		(void)vsnprintf(line, sizeof(line), format, args);                                 \
		va_end(args);                                                                      \
	} while (0)

void fail(const char *object, const char *format, ...)
{
	(void)object;
	END(format);
	longjmp(end, 1); /* NOLINT(cert-err52-cpp) */
}

void refuse(const char *object, const char *format, ...)
{
	(void)object;
	END(format);
	longjmp(end, 1); /* NOLINT(cert-err52-cpp) */
}

void usage_error(const char *format, ...)
{
	END(format);
	longjmp(end, 1); /* NOLINT(cert-err52-cpp) */
}

void complain(const char *object, const char *format, ...)
{
	(void)object;
	END(format);
}

void complain_plainly(const char *object, const char *format, ...)
{
	(void)object;
	END(format);
}

void on_failure(void (*undo)(void *of), void *of)
{
	(void)undo, (void)of;
}

void keep_what_is_done(void)
{
}

void *xalloc(unsigned long bytes)
{
	void *memory = calloc(1, bytes ? bytes : 1);

	if (!memory)
		abort();
	return memory;
}

void *xrealloc(void *old, unsigned long bytes)
{
	void *memory = realloc(old, bytes);

	if (!memory)
		abort();
	return memory;
}

char *xstrdup(const char *s)
{
	return strcpy(xalloc(strlen(s) + 1), s);
}

char *xprintf(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	return text;
}
