/* What a record is made of, from the command line: see record.h. */
#define _GNU_SOURCE
#include "err.h"
#include "names.h"
#include "num.h"
#include "record.h"
#include <string.h>

void recipe_opt_name(const struct opt *opt, const char *arg)
{
	struct recipe *recipe = opt->into;

	if (!name_is_valid(arg))
		opt_refuse(opt, arg, "not a name: [a-zA-Z0-9][a-zA-Z0-9_.-]+");
	recipe->name = arg;
}

void recipe_opt_id(const struct opt *opt, const char *arg)
{
	struct recipe *recipe = opt->into;

	if (!id_is_valid(arg))
		opt_refuse(opt, arg, "not an id: 64 lower-case hexadecimal digits");
	recipe->id = arg;
}

void recipe_opt_owner(const struct opt *opt, const char *arg)
{
	struct recipe *recipe = opt->into;
	uint64_t pid;

	if (num_parse(arg, INT32_MAX, &pid) || !pid)
		opt_refuse(opt, arg, "not a process id");
	recipe->owner = (pid_t)pid;
}

void recipe_add_pair(struct recipe *recipe, const char *pair)
{
	const char *equals = strchr(pair, '=');

	if (!equals || !key_is_valid(pair, (size_t)(equals - pair)))
		usage_error("%s: not KEY=VALUE with a KEY that can be set", pair);
	list_add(&recipe->pairs, (char *)(uintptr_t)pair);
}

void recipe_opt_pair(const struct opt *opt, const char *arg)
{
	recipe_add_pair(opt->into, arg);
}

void recipe_opt_env(const struct opt *opt, const char *arg)
{
	struct recipe *recipe = opt->into;

	if (!strchr(arg, '='))
		opt_refuse(opt, arg, "not NAME=VALUE");
	list_add(&recipe->env, (char *)(uintptr_t)arg);
}
