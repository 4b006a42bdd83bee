/* Progress on a terminal: see progress.h. */
#define _GNU_SOURCE
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { EVERY = 200 }; /* milliseconds */

static int64_t now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void progress_begin(struct progress *p, bool wanted, uint64_t total)
{
	*p = (struct progress){.on = wanted && isatty(STDERR_FILENO), .total = total};
	p->began = p->last = p->on ? now() : 0;
}

void progress_show(struct progress *p, uint64_t done)
{
	if (!p->on)
		return;
	int64_t at = now();
	if (at - p->last < EVERY)
		return;
	p->last = at;
	/* Tenths of a megabyte in a second. */
	uint64_t rate = done / 100 / (uint64_t)(at - p->began);
	(void)fprintf(stderr, "\r%" PRIu64, done / 1000000);
	if (p->total)
		(void)fprintf(stderr, " of %" PRIu64, p->total / 1000000);
	(void)fprintf(stderr, " MB, %" PRIu64 ".%" PRIu64 " MB/s", rate / 10, rate % 10);
	if (rate && p->total > done) {
		uint64_t left = (p->total - done) / 100000 / rate + 1;

		(void)fprintf(stderr, ", %" PRIu64 ":%02" PRIu64 " left", left / 60, left % 60);
	}
	(void)fputs("\033[K", stderr);
}

void progress_end(const struct progress *p)
{
	if (p->on)
		(void)fputs("\r\033[K", stderr);
}
