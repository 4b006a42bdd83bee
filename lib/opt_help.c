/* What opt.c says of a table: `--help`, and the list for completion. See opt.h. */
#define _GNU_SOURCE
#include "err.h"
#include "opt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_options(const struct opt *opt)
{
	for (; opt && (opt->name || opt->help); opt++) {
		char left[80] = "";

		if (!opt->name) {
			printf("%s:\n", opt->help);
			continue;
		}
		const char *joint = !opt->arg ? "" : opt->arg[0] == '[' ? "[=" : " ";
		(void)snprintf(left, sizeof(left), "%c%c%c --%s%s%s", opt->letter ? '-' : ' ',
		               opt->letter ? opt->letter : ' ', opt->letter ? ',' : ' ', opt->name,
		               joint, opt->arg ? opt->arg + (opt->arg[0] == '[') : "");
		printf("  %-28s %s\n", left, opt->help);
	}
}

static void print_verbs(const struct verb *verbs)
{
	size_t width = 9;

	for (const struct verb *verb = verbs; verb && verb->name; verb++)
		if (strlen(verb->name) > width)
			width = strlen(verb->name);
	for (const struct verb *verb = verbs; verb && verb->name; verb++)
		printf("  %-*s %-26s %s\n", (int)width, verb->name, verb->operands, verb->help);
}

void opt_finish(int status)
{
	if (fflush(stdout) || ferror(stdout))
		fail("standard output", "write");
	exit(status);
}

void opt_finish_stdout(void)
{
	opt_finish(EXIT_SUCCESS);
}

void opt_help(const struct tool *tool, const struct verb *only)
{
	if (only) {
		printf("Usage: %s %s [options]%s%s\n%s\n", tool->name, only->name,
		       *only->operands ? " " : "", only->operands, only->help);
		if (only->options && only->options[0].help)
			printf("\n");
		print_options(only->options);
	} else {
		printf("Usage: %s %s %s\n%s\n\n", tool->name, tool->verbs ? "VERB" : "[options]",
		       tool->operands, tool->purpose);
		print_verbs(tool->verbs);
		if (tool->verbs && tool->options)
			printf("\n");
	}
	print_options(tool->options);
	printf("      --help                   show this and exit\n"
	       "      --version                show the version and exit\n");
	if (!only && tool->verbs)
		printf("\n'%s VERB --help' lists the options of a verb.\n", tool->name);
	if (!only && tool->example)
		printf("\nExample:\n  %s\n", tool->example);
	opt_finish_stdout();
}

/* verb TAB --name TAB -letter TAB argument, one option a line; `-` stands for nothing. */
static void list_options(const char *verb, const struct opt *opt)
{
	for (; opt && (opt->name || opt->help); opt++)
		if (opt->name)
			printf("%s\t--%s\t%c%c\t%s\n", verb, opt->name, opt->letter ? '-' : ' ',
			       opt->letter ? opt->letter : '-', opt->arg ? opt->arg : "-");
}

void opt_list_all(const struct tool *tool)
{
	list_options("-", tool->options);
	for (const struct verb *verb = tool->verbs; verb && verb->name; verb++) {
		printf("%s\t-\t -\t%s\n", verb->name, *verb->operands ? verb->operands : "-");
		list_options(verb->name, verb->options);
	}
	opt_finish_stdout();
}
