/* Setters of options that are limits of a cgroup: see cgroup_limits.h. */
#define _GNU_SOURCE
#include "cgroup_limits.h"
#include "num.h"

#include <string.h>

/* True: it was "-1", and there is nothing more to parse. */
static bool is_unlimited(struct limit_value *value, const char *arg)
{
	*value = (struct limit_value){.given = true, .unlimited = strcmp(arg, "-1") == 0};
	return value->unlimited;
}

void limit_opt_size(const struct opt *opt, const char *arg)
{
	struct limit_value *value = opt->into;

	if (is_unlimited(value, arg))
		return;
	/* A quarter of what the kernel can count, so that twice as much is a number too. */
	if (num_size(arg, &value->number) || value->number > INT64_MAX / 2)
		opt_refuse(opt, arg, "not a size (such as 512k, 100m, 1.5g, or -1)");
}

void limit_opt_cpus(const struct opt *opt, const char *arg)
{
	const uint64_t least = 10000000, most = UINT64_C(1000000) * 1000000000;
	struct limit_value *value = opt->into;

	if (is_unlimited(value, arg))
		return;
	if (num_nano(arg, &value->number) || value->number > most)
		opt_refuse(opt, arg, "not a number of CPUs (such as 2, 0.5, or -1)");
	if (value->number < least) /* a millisecond of each period of 100 */
		opt_refuse(opt, arg, "less than the kernel can do, 0.01");
}

void limit_opt_shares(const struct opt *opt, const char *arg)
{
	struct limit_value *value = opt->into;

	*value = (struct limit_value){.given = true};
	if (num_parse(arg, INT64_MAX, &value->number))
		opt_refuse(opt, arg, "not a number");
}

void limit_opt_number(const struct opt *opt, const char *arg)
{
	struct limit_value *value = opt->into;

	if (!is_unlimited(value, arg) && num_parse(arg, INT64_MAX, &value->number))
		opt_refuse(opt, arg, "not a number, or -1");
}

void limit_opt_list(const struct opt *opt, const char *arg)
{
	struct limit_value *value = opt->into;

	*value = (struct limit_value){.given = true, .text = arg};
	if (!num_is_list(arg))
		opt_refuse(opt, arg, "not a list (such as 0-3,5)");
}
