/*
 * dockerfile-parse: what a Dockerfile says: its instructions, its stages, and the steps of a stage
 * with all variables replaced.
 *
 * Changes nothing, needs no privilege. Everything is checked before anything is printed.
 */
#define _GNU_SOURCE
#include "dockerfile_build.h"
#include "environment.h"
#include "err.h"
#include "facts.h"
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

static struct build build;
static struct state state = {.workdir = "/", .user = ""};
static bool json, shell;
static const char *stage;
static int config_fd = -1, env_fd = -1;

static const char *file_of(int argc, char **argv)
{
	return argc ? argv[0] : "-";
}

static enum build_format format(enum build_format normal)
{
	if (json && shell)
		usage_error("one of --json, --shell");
	return shell ? BUILD_SHELL : json ? BUILD_JSON : normal;
}

/* NAME alone: as it is in the environment, if it is there. */
static void opt_argument(const struct opt *opt, const char *arg)
{
	const char *value = getenv(arg);

	if (*arg == '=' || !*arg)
		opt_refuse(opt, arg, "not NAME[=VALUE]");
	if (strchr(arg, '='))
		list_add(&build.given, xstrdup(arg));
	else if (value)
		list_add(&build.given, xprintf("%s=%s", arg, value));
}

static void forget(void *unused)
{
	(void)unused;
	__fpurge(stdout);
}

/* What is found wrong later takes back what was printed before. */
static void hold_output(void)
{
	facts_begin();
	on_failure(forget, NULL);
}

static int show(int argc, char **argv)
{
	dockerfile_read(&build.file, file_of(argc, argv));
	dockerfile_show(&build.file);
	opt_finish_stdout();
}

static int stages(int argc, char **argv)
{
	enum build_format how = format(BUILD_LINES);

	dockerfile_read(&build.file, file_of(argc, argv));
	build_stages(&build);
	build_warn(&build);
	dockerfile_check(&build.file);
	stages_show(&build, how);
	opt_finish_stdout();
}

static int steps(int argc, char **argv)
{
	enum build_format how = format(BUILD_JSON);
	struct environment more = {0};

	dockerfile_read(&build.file, file_of(argc, argv));
	build_stages(&build);
	if (config_fd >= 0)
		state_read(&state, config_fd);
	environment_read(&more, env_fd);
	for (size_t i = 0; i < more.entries.count; i++)
		list_add(&state.env.entries, more.entries.at[i]);
	state.config = json_object();
	hold_output();
	steps_show(&build, build_find(&build, stage), &state, how);
	opt_finish_stdout();
}

/* clang-format off */
static const struct opt common_options[] = {
	{"build-arg", 0, "NAME[=VALUE]", "the value of an ARG (repeatable)", opt_argument, NULL},
	{"platform", 0, "OS/ARCH", "what to build for (normal: this machine)", opt_string, &build.platform},
	{"json", 0, NULL, "a JSON object a line", opt_flag, &json},
	{"shell", 0, NULL, "a line of assignments each, for a shell to eval", opt_flag, &shell},
	{0},
};
static const struct opt stages_options[] = {
	{"target", 0, "STAGE", "by name or number: the others may be unneeded (the last)", opt_string, &build.target},
	{0},
};
static const struct opt steps_options[] = {
	{"stage", 0, "STAGE", "by name or number (the last)", opt_string, &stage},
	{"config-fd", 0, "FD", "the config of the image that it begins with, in JSON", opt_fd, &config_fd},
	{"env-fd", 0, "FD", "more of its environment, NUL-ended", opt_fd, &env_fd},
	{"workdir", 0, "DIR", "its directory, unless the config tells", opt_string, &state.workdir},
	{"user", 0, "USER", "its user, unless the config tells", opt_string, &state.user},
	{"onbuild", 0, "INSTRUCTION", "a trigger of its own (repeatable)", opt_list, &state.onbuild},
	{0},
};
static const struct verb verbs[] = {
	{"show", "[FILE]", "Print its instructions, a JSON object a line.", show, 0, 1, NULL},
	{"stages", "[FILE]", "Print a line for each stage.", stages, 0, 1, stages_options},
	{"steps", "[FILE]", "Print what there is to do for a stage.", steps, 0, 1, steps_options},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "dockerfile-parse",
        .operands = "[FILE]",
        .purpose = "Take a Dockerfile apart: instructions, stages, steps.",
        .options = common_options,
        .verbs = verbs,
        .example = "printf 'FROM busybox\\nRUN echo $HOME\\n' | dockerfile-parse show",
};

int main(int argc, char **argv)
{
	return opt_run(&tool, argc, argv);
}
