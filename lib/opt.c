/* Command lines from one table: see opt.h. */
#define _GNU_SOURCE
#include "opt.h"

#include "err.h"
#include "num.h"
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 64, FIRST_LONG = 256, HELP = 512, SHOW_VERSION, LIST };

/* What getopt_long() wants to be told, made of up to two tables. */
struct parser {
	const struct opt *of[MOST_OPTIONS];
	struct option longs[MOST_OPTIONS + 4];
	char shorts[2 * MOST_OPTIONS + 4];
	int count;
};

static void add_options(struct parser *p, const struct opt *opt)
{
	for (; opt && (opt->name || opt->help); opt++) {
		if (!opt->name)
			continue;
		if (p->count == MOST_OPTIONS)
			refuse(NULL, "too many options in the table");
		int has = !opt->arg            ? no_argument
		          : opt->arg[0] == '[' ? optional_argument
		                               : required_argument;
		p->longs[p->count] = (struct option){opt->name, has, NULL, FIRST_LONG + p->count};
		p->of[p->count++] = opt;
		if (opt->letter) {
			char *end = p->shorts + strlen(p->shorts);
			*end++ = opt->letter;
			(void)strcpy(end, has == required_argument ? ":" : "");
		}
	}
}

static void make_parser(struct parser *p, const struct opt *own, const struct opt *common)
{
	static const struct option always[] = {
	        {"help",       no_argument, NULL, HELP},
	        {"version",        no_argument, NULL, SHOW_VERSION},
	        {"list-options",            no_argument, NULL, LIST},
	        {0},
	};

	memset(p, 0, sizeof(*p));
	(void)strcpy(p->shorts, "+:");
	add_options(p, own);
	add_options(p, common);
	memcpy(p->longs + p->count, always, sizeof(always));
}

/* Parse options up to the first operand; returns its index. *ended: was there a `--`? */
static int parse_some(const struct parser *p, const struct tool *tool, const struct verb *verb,
                      int argc, char **argv, bool *ended)
{
	int c, before;

	opterr = 0;
	while (before = optind, (c = getopt_long(argc, argv, p->shorts, p->longs, NULL)) != -1) {
		const struct opt *opt = NULL;

		if (c == HELP)
			opt_help(tool, verb);
		if (c == LIST)
			opt_list_all(tool);
		if (c == SHOW_VERSION) {
			printf("%s (mini-docker) %s\n", tool->name, VERSION);
			opt_finish_stdout();
		}
		if (c == ':' && optopt < FIRST_LONG)
			usage_error("-%c: needs an argument", optopt);
		if (c == ':')
			usage_error("%s: needs an argument", argv[optind - 1]);
		if (c == '?' && optopt >= FIRST_LONG)
			usage_error("%s: takes no argument", argv[optind - 1]);
		if (c == '?' && optopt && optopt < FIRST_LONG)
			usage_error("-%c: unknown option", optopt);
		if (c == '?')
			usage_error("%s: unknown option", argv[optind - 1]);
		for (int i = 0; i < p->count && !opt; i++)
			if (c == FIRST_LONG + i || c == p->of[i]->letter)
				opt = p->of[i];
		if (opt)
			opt->set(opt, optarg);
	}
	*ended = optind > before; /* only a `--` is passed over by what finds no more options */
	return optind;
}

static void begin(bool chain)
{
	err_status = chain ? STATUS_OWN : STATUS_FAILED;
	err_usage_status = chain ? STATUS_OWN : STATUS_USAGE;
}

int opt_parse(const struct tool *tool, int argc, char **argv)
{
	struct parser p;
	bool ended;

	begin(tool->chain);
	make_parser(&p, tool->options, NULL);
	return parse_some(&p, tool, NULL, argc, argv, &ended);
}

/* How many words, one or two, are the verb's name; 0: they are another. */
static int verb_matches(const char *name, char **words)
{
	const char *space = strchrnul(name, ' ');
	size_t length = (size_t)(space - name);

	if (strncmp(name, words[0], length) != 0 || words[0][length])
		return 0;
	if (!*space)
		return 1;
	return words[1] && !strcmp(space + 1, words[1]) ? 2 : 0;
}

/* What was given may be the first word of several. */
static _Noreturn void no_such_verb(const struct tool *tool, char **words)
{
	size_t length = strlen(words[0]);
	char *those = NULL;

	for (const struct verb *verb = tool->verbs; verb->name; verb++)
		if (!strncmp(verb->name, words[0], length) && verb->name[length] == ' ')
			those = xprintf("%s%s%s", those ? those : "", those ? ", " : "",
			                verb->name + length + 1);
	if (!those)
		usage_error("%s: no such verb", words[0]);
	if (words[1] && !strcmp(words[1], "--help"))
		opt_help(tool, NULL);
	usage_error("%s: needs one of: %s", words[0], those);
}

int opt_run(const struct tool *tool, int argc, char **argv)
{
	const struct verb *verb = tool->verbs;
	struct parser p;
	int operands = 0, first, words = 0;
	bool rest; /* is all operands, as a `--` was there, or the command began */

	begin(tool->chain);
	make_parser(&p, tool->options, NULL);
	first = parse_some(&p, tool, NULL, argc, argv, &rest);
	if (first == argc)
		usage_error("what to do is missing");
	while (verb->name && !(words = verb_matches(verb->name, argv + first)))
		verb++;
	if (!verb->name)
		no_such_verb(tool, argv + first);
	first += words - 1;

	begin(tool->chain || verb->most == VERB_CHAIN);
	make_parser(&p, verb->options, tool->options);
	char **kept = argv + first; /* operands move up to here, one by one */
	optind = first + 1;
	while (optind < argc) {
		int at = parse_some(&p, tool, verb, argc, argv, &rest);

		do {
			if (at < argc)
				kept[operands++] = argv[at++];
			rest |= verb->most == VERB_CHAIN && operands == verb->least;
		} while (rest && at < argc);
		optind = at;
	}
	if (operands < verb->least)
		usage_error("%s: needs %s", verb->name, verb->operands);
	if (verb->most >= 0 && operands > verb->most)
		usage_error("%s: %s: one operand too many", verb->name, kept[verb->most]);
	kept[operands] = NULL;
	return verb->run(operands, kept);
}

void opt_refuse(const struct opt *opt, const char *arg, const char *why)
{
	usage_error("--%s: %s: %s", opt->name, arg, why);
}

void opt_flag(const struct opt *opt, const char *arg)
{
	(void)arg;
	*(bool *)opt->into = true;
}

void opt_string(const struct opt *opt, const char *arg)
{
	*(const char **)opt->into = arg;
}

void opt_size(const struct opt *opt, const char *arg)
{
	if (num_size(arg, opt->into))
		opt_refuse(opt, arg, "not a size (such as 512k, 100m, 1.5g)");
}

void opt_number(const struct opt *opt, const char *arg)
{
	if (num_parse(arg, INT64_MAX, opt->into))
		opt_refuse(opt, arg, "not a number");
}

void opt_duration(const struct opt *opt, const char *arg)
{
	if (num_nano(arg, opt->into))
		opt_refuse(opt, arg, "not a number of seconds");
}

void opt_fd(const struct opt *opt, const char *arg)
{
	uint64_t fd;

	if (num_parse(arg, INT32_MAX, &fd))
		opt_refuse(opt, arg, "not a file descriptor");
	if (fcntl((int)fd, F_GETFD) < 0)
		opt_refuse(opt, arg, "no such file descriptor is open");
	*(int *)opt->into = (int)fd;
}

void opt_list(const struct opt *opt, const char *arg)
{
	list_add(opt->into, (char *)(uintptr_t)arg);
}

void list_add(struct list *list, char *item)
{
	/* Room for twice as many each time that it is full. */
	if (!((list->count + 1) & list->count))
		list->at = xrealloc(list->at, 2 * (list->count + 1) * sizeof(*list->at));
	list->at[list->count++] = item;
	list->at[list->count] = NULL;
}
