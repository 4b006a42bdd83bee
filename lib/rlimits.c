/* Resource limits: see rlimits.h. */
#define _GNU_SOURCE
#include "rlimits.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const char *const names[RLIM_NLIMITS] = {
        [RLIMIT_AS] = "as",
        [RLIMIT_CORE] = "core",
        [RLIMIT_CPU] = "cpu",
        [RLIMIT_DATA] = "data",
        [RLIMIT_FSIZE] = "fsize",
        [RLIMIT_LOCKS] = "locks",
        [RLIMIT_MEMLOCK] = "memlock",
        [RLIMIT_MSGQUEUE] = "msgqueue",
        [RLIMIT_NICE] = "nice",
        [RLIMIT_NOFILE] = "nofile",
        [RLIMIT_NPROC] = "nproc",
        [RLIMIT_RSS] = "rss",
        [RLIMIT_RTPRIO] = "rtprio",
        [RLIMIT_RTTIME] = "rttime",
        [RLIMIT_SIGPENDING] = "sigpending",
        [RLIMIT_STACK] = "stack",
};

static bool parse(const char *text, rlim_t *value)
{
	uint64_t number;

	if (strcmp(text, "-1") == 0 || strcmp(text, "unlimited") == 0) {
		*value = RLIM_INFINITY;
		return true;
	}
	if (num_parse(text, INT64_MAX, &number))
		return false;
	*value = number;
	return true;
}

void rlimits_opt(const struct opt *opt, const char *arg)
{
	struct rlimits *rlimits = opt->into;
	char *copy = xstrdup(arg), *rest = copy, *name = strsep(&rest, "=");
	char *soft = strsep(&rest, ":"), *hard = rest ? rest : soft;
	int i = 0;

	while (i < RLIM_NLIMITS && (!names[i] || strcmp(names[i], name) != 0))
		i++;
	if (i == RLIM_NLIMITS)
		opt_refuse(opt, arg, "there is no limit of that name");
	if (!soft || !parse(soft, &rlimits->limit[i].rlim_cur) ||
	    !parse(hard, &rlimits->limit[i].rlim_max))
		opt_refuse(opt, arg, "not NAME=SOFT[:HARD]");
	if (rlimits->limit[i].rlim_cur > rlimits->limit[i].rlim_max)
		opt_refuse(opt, arg, "the soft limit is above the hard one");
	rlimits->wanted[i] = true;
}

void rlimits_set(const struct rlimits *rlimits)
{
	for (int i = 0; i < RLIM_NLIMITS; i++)
		if (rlimits->wanted[i] && setrlimit((unsigned int)i, &rlimits->limit[i]))
			fail(names[i], "set the limit");
}

/* A line for each, in the order of their numbers, with the values in columns: fs/proc/base.c. */
void rlimits_of(struct rlimits *rlimits, pid_t pid)
{
	enum { FIRST_COLUMN = 26 };
	FREED char *path = xprintf("/proc/%d/limits", pid);
	FREED char *text = read_file(AT_FDCWD, path, 1 << 16, NULL);
	char *rest = text;

	if (!text)
		fail(path, "read");
	(void)strsep(&rest, "\n"); /* the heading */
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		const char *line = strsep(&rest, "\n");
		struct rlimit its, own;
		char soft[24], hard[24];

		if (!line || strlen(line) < FIRST_COLUMN ||
		    sscanf(line + FIRST_COLUMN, "%23s %23s", soft, hard) != 2 ||
		    !parse(soft, &its.rlim_cur) || !parse(hard, &its.rlim_max) ||
		    getrlimit((unsigned int)i, &own))
			break; /* one that this kernel does not have */
		rlimits->limit[i] = its;
		rlimits->wanted[i] = its.rlim_cur != own.rlim_cur || its.rlim_max != own.rlim_max;
	}
}

static rlim_t least(rlim_t one, rlim_t other)
{
	return one < other ? one : other; /* RLIM_INFINITY is the largest */
}

void rlimits_follow(const struct rlimits *rlimits)
{
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		const struct rlimit *its = &rlimits->limit[i];
		struct rlimit own;

		if (!rlimits->wanted[i] || setrlimit((unsigned int)i, its) == 0 ||
		    getrlimit((unsigned int)i, &own))
			continue;
		own.rlim_max = least(its->rlim_max, own.rlim_max);
		own.rlim_cur = least(its->rlim_cur, own.rlim_max);
		if (setrlimit((unsigned int)i, &own))
			fail(names[i], "set the limit");
	}
}
