/* Resource limits: see rlimits.h. */
#define _GNU_SOURCE
#include "rlimits.h"

#include "err.h"
#include "num.h"
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
