/* optcheck: a tool with every kind of option and verb, for lib.bats; it prints what it was told. */
#include "err.h"
#include "opt.h"

#include <inttypes.h>
#include <stdio.h>

static bool flag, loud;
static const char *text;
static uint64_t size, number;
static int fd = -1;
static struct list items;

static void set_maybe(const struct opt *opt, const char *arg)
{
	*(const char **)opt->into = arg ? arg : "left out";
}
static const char *maybe;

static int show(int argc, char **argv)
{
	printf("flag=%d loud=%d text=%s size=%" PRIu64 " number=%" PRIu64 " fd=%d maybe=%s", flag,
	       loud, text ? text : "-", size, number, fd, maybe ? maybe : "-");
	for (size_t i = 0; i < items.count; i++)
		printf(" item=%s", items.at[i]);
	for (int i = 0; i < argc; i++)
		printf(" <%s>", argv[i]);
	printf("\n");
	return 0;
}

static const struct opt options[] = {
        {"flag",      'f', NULL, "a flag", opt_flag, &flag},
        {"text",       't', "TEXT", "a string", opt_string, &text},
        {NULL,   0, NULL, "Numbers", NULL, NULL},
        {"size",           0, "SIZE", "a size", opt_size, &size},
        {"number",  'n', "N", "a number", opt_number, &number},
        {"fd", 0, "N", "a file descriptor", opt_fd, &fd},
        {"item",      'i', "ITEM", "an item, repeatable", opt_list, &items},
        {"maybe",        0, "[HOW]", "with an argument or without", set_maybe, &maybe},
        {0      },
};

static const struct opt loudly[] = {
        {"loud", 'l', NULL, "of one verb only", opt_flag, &loud},
        {0 },
};

static const struct verb verbs[] = {
        {"show",             "[WORD...]", "print the words", show, 0, -1, loudly},
        {"one", "WORD", "print one word", show, 1, 1, NULL},
        {"chain",                 "WORD [--] COMMAND [ARG...]", "print them", show, 2, VERB_CHAIN, loudly},
        {0           },
};

int main(int argc, char **argv)
{
	struct tool tool = {
	        .name = "optcheck",
	        .operands = "[WORD...]",
	        .purpose = "Print what the command line says.",
	        .options = options,
	        .example = "optcheck --flag",
	};

	/* Called as optcheck-chain it is a chain tool, as optcheck-verbs one with verbs. */
	const char *suffix = argv[0];
	for (const char *c = argv[0]; *c; c++)
		if (*c == '-')
			suffix = c + 1;
	tool.chain = *suffix == 'c';
	if (*suffix == 'v') {
		tool.verbs = verbs;
		return opt_run(&tool, argc, argv);
	}
	int first = opt_parse(&tool, argc, argv);
	return show(argc - first, argv + first);
}
