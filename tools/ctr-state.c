/*
 * ctr-state: the records of containers. The only program that writes them, but for the file `run`,
 * which is written by who runs the container.
 *
 * Changes: containers/ and names/ below the store. A verb that fails leaves the store as it was;
 * one that is killed leaves what the next `prune` removes, and what stands in nobody's way until
 * then. No verb looks at other containers than those it is about, but list, prune, and the
 * beginning of an id. Needs: the right to read and write the store.
 */
#define _GNU_SOURCE
#include "err.h"
#include "facts.h"
#include "io.h"
#include "names.h"
#include "record.h"
#include "record_fields.h"
#include "record_filter.h"
#include "record_list.h"
#include "record_show.h"
#include "record_watch.h"
#include "signals.h"
#include <stdio.h>
#include <sys/stat.h>

static const char *root;
static bool json, nul, shell, exited, unstarted;
static struct listing listing;
static uint64_t timeout = UINT64_MAX; /* ns; none */
static struct record found;

/* Into `found`; returns the store. */
static int find(const char *container)
{
	int store = store_get(root, false);

	record_get(store, container, &found);
	return store;
}

static int create(int argc, char **argv)
{
	signals_hold();
	(void)umask(0); /* who may do what depends on the modes, not on who called */
	recipe_given.args = (struct list){argv, (size_t)argc};
	char *id = record_make(store_get(root, true), &recipe_given);

	puts(store_file(record_path("", id, NULL)));
	opt_finish_stdout(); /* or nobody would know of it: it is undone */
}

static int get(int argc, char **argv)
{
	(void)find(argv[0]);
	for (int i = 1; i < argc; i++) {
		const char *value = record_value(&found, argv[i]);

		if (!value)
			refuse(argv[0], "%s: the record has no such key", argv[i]);
		printf("%s%c", value, nul ? '\0' : '\n');
	}
	opt_finish_stdout();
}

static int show(int argc, char **argv)
{
	(void)argc;
	if (json + nul + shell > 1)
		usage_error("one of --json, --null, --shell");
	if (shell)
		facts_begin();
	int store = find(argv[0]);
	record_show(store, &found,
	            json    ? SHOW_JSON
	            : nul   ? SHOW_NULL
	            : shell ? SHOW_SHELL
	                    : SHOW_LINES);
	if (shell)
		facts_end();
	opt_finish_stdout();
}

static int set(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		recipe_add_pair(&recipe_given, argv[i]);
	record_set(find(argv[0]), found.id, &recipe_given.pairs);
	return 0;
}

static int resolve(int argc, char **argv)
{
	char *id[] = {argv[0], "id"};

	return get(argc + 1, id);
}

static int list(int argc, char **argv)
{
	(void)argc, (void)argv;
	listing.json = json;
	if (!listing.fields) {
		listing.fields = "id,name,status,pid,exit,created,image";
		fields_have_dashes = true;
	}
	opt_finish(record_list(store_get(root, false), &listing));
}

static int begin(int argc, char **argv)
{
	(void)argc;
	if (!recipe_given.owner)
		usage_error("--owner is missing");
	record_begin(find(argv[0]), found.id, recipe_given.owner);
	return 0;
}

static int settle(int argc, char **argv)
{
	(void)argc;
	record_settle(find(argv[0]), found.id);
	return 0;
}

static int rename_it(int argc, char **argv)
{
	(void)argc;
	if (!name_is_valid(argv[1]))
		usage_error("%s: not a name: [a-zA-Z0-9][a-zA-Z0-9_.-]+", argv[1]);
	record_rename(find(argv[0]), found.id, argv[1]);
	return 0;
}

static int wait_for(int argc, char **argv)
{
	(void)argc;
	int status = record_wait(find(argv[0]), found.id, timeout);
	if (status < 0)
		refuse(argv[0], "the container is running still");
	printf("%d\n", status);
	opt_finish_stdout();
}

static int await(int argc, char **argv)
{
	(void)argc;
	return record_await(find(argv[0]), found.id, argv + 1);
}

static int remove_all(int argc, char **argv)
{
	int store = store_get(root, false), status = 0;

	for (int i = 0; i < argc; i++)
		if (record_remove_found(store, argv[i], unstarted))
			status = STATUS_FAILED;
	return status;
}

static int prune(int argc, char **argv)
{
	(void)argc, (void)argv;
	opt_finish(record_prune(store_get(root, false), exited) ? STATUS_FAILED : 0);
}

static int watch(int argc, char **argv)
{
	(void)argc, (void)argv;
	event_view_check();
	(void)umask(0);
	record_watch(store_get(root, true), &event_view_given);
	return 0;
}

/* clang-format off */
static const struct opt common_options[] = {
	{"root", 0, "DIR", "the store (normal: $MINI_DOCKER_ROOT or /var/lib/mini-docker)", opt_string, &root},
	{0},
};
static const struct opt get_options[] = {
	{"null", 0, NULL, "end values with NUL instead of newline", opt_flag, &nul},
	{0},
};
static const struct opt show_options[] = {
	{"shell", 0, NULL, "as assignments: ctr_KEY='VALUE'", opt_flag, &shell},
	{"json", 0, NULL, "as a JSON object, with args and env", opt_flag, &json},
	{"null", 0, NULL, "KEY=VALUE, each ended with NUL", opt_flag, &nul},
	{0},
};
static const struct opt list_options[] = {
	{"all", 'a', NULL, "not only those that run", opt_flag, &listing.all},
	{"fields", 0, "NAME,...", "which: keys, or Docker's names for ps --format", opt_string, &listing.fields},
	{"filter", 'f', "KEY=VALUE", "only such: name, label, status ... (repeatable)", filter_opt, &listing.filters},
	{"last", 'n', "N", "only the N youngest", opt_number, &listing.most},
	{"no-trunc", 0, NULL, "ID and Command whole", opt_flag, &fields_are_whole},
	{"json", 0, NULL, "a JSON object a line, with all of the record", opt_flag, &json},
	{0},
};
static const struct opt remove_options[] = {
	{"unstarted", 0, NULL, "only if its command was never executed", opt_flag, &unstarted},
	{0},
};
static const struct opt begin_options[] = {
	{"owner", 0, "PID", "who is about to start it (required)", recipe_opt_owner, &recipe_given},
	{0},
};
static const struct opt wait_options[] = {
	{"timeout", 0, "SECONDS", "do not wait longer", opt_duration, &timeout},
	{0},
};
static const struct opt prune_options[] = {
	{"exited", 0, NULL, "containers that have ended, too", opt_flag, &exited},
	{0},
};
static const struct verb verbs[] = {
	{"create", "[-- ARG...]", "make a record, print its directory", create, 0, -1, recipe_options},
	{"get", "CONTAINER KEY...", "print values, one a line", get, 2, -1, get_options},
	{"show", "CONTAINER", "print all of a record", show, 1, 1, show_options},
	{"set", "CONTAINER KEY=VALUE...", "change values", set, 2, -1, NULL},
	{"list", "", "print a line a container", list, 0, 0, list_options},
	{"resolve", "CONTAINER", "print the full id", resolve, 1, 1, NULL},
	{"rename", "CONTAINER NAME", "give it another name", rename_it, 2, 2, NULL},
	{"begin", "CONTAINER", "claim it, in order to start it", begin, 1, 1, begin_options},
	{"wait", "CONTAINER", "wait for its end, print the exit status", wait_for, 1, 1, wait_options},
	{"await", "CONTAINER [--] COMMAND...", "run it; then wait, and exit as the container does", await, 2, VERB_CHAIN, NULL},
	{"watch", "", "print what happens, a line an event", watch, 0, 0, event_options},
	{"settle", "CONTAINER", "note the end of one that died unseen", settle, 1, 1, NULL},
	{"remove", "CONTAINER...", "remove records with all they have", remove_all, 1, -1, remove_options},
	{"prune", "", "remove what killed programs left, print ids", prune, 0, 0, prune_options},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "ctr-state",
        .operands = "...",
        .purpose = "Keep the records of containers: identity, command, facts.",
        .options = common_options,
        .verbs = verbs,
        .example = "ctr-state create --name web --set image=busybox -- httpd -f",
};

int main(int argc, char **argv)
{
	return opt_run(&tool, argc, argv);
}
