/* What a record is made of, from the command line: see record.h. */
#define _GNU_SOURCE
#include "err.h"
#include "names.h"
#include "num.h"
#include "record.h"
#include <string.h>

struct recipe recipe_given;

static void recipe_opt_name(const struct opt *opt, const char *arg)
{
	struct recipe *recipe = opt->into;

	if (!name_is_valid(arg))
		opt_refuse(opt, arg, "not a name: [a-zA-Z0-9][a-zA-Z0-9_.-]+");
	recipe->name = arg;
}

static void recipe_opt_id(const struct opt *opt, const char *arg)
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

static void recipe_opt_pair(const struct opt *opt, const char *arg)
{
	recipe_add_pair(opt->into, arg);
}

static void recipe_opt_env(const struct opt *opt, const char *arg)
{
	struct recipe *recipe = opt->into;

	if (!strchr(arg, '='))
		opt_refuse(opt, arg, "not NAME=VALUE");
	list_add(&recipe->env, (char *)(uintptr_t)arg);
}

/* clang-format off */
const struct opt recipe_options[] = {
	{"id", 0, "ID", "instead of a random one", recipe_opt_id, &recipe_given},
	{"name", 0, "NAME", "instead of a random one", recipe_opt_name, &recipe_given},
	{"owner", 0, "PID", "as long as it has not run, it is dead when this process is", recipe_opt_owner, &recipe_given},
	{"set", 0, "KEY=VALUE", "put this into the record (repeatable)", recipe_opt_pair, &recipe_given},
	{"env", 0, "NAME=VALUE", "a variable of the container (repeatable)", recipe_opt_env, &recipe_given},
	{0},
};
/* clang-format on */
