/*
 * libcheck FUNCTION ARG...: call one function of lib/ and print what it returned, for lib.bats.
 * Exit status 1 when the function says it failed; errno is told by name then.
 */
#define _GNU_SOURCE
#include "err.h"
#include "file_mode.h"
#include "ignore.h"
#include "io.h"
#include "mountinfo.h"
#include "num.h"
#include "path.h"
#include "pattern.h"
#include "portspec.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int number(int failed, uint64_t value)
{
	if (failed)
		printf("%s\n", strerror(errno));
	else
		printf("%" PRIu64 "\n", value);
	return failed ? 1 : 0;
}

static int check_parse(char **argv)
{
	uint64_t value = 0, most = argv[1] ? strtoull(argv[1], NULL, 10) : UINT64_MAX;
	int failed = num_parse(argv[0], most, &value);

	return number(failed, value);
}

static int check_size(char **argv)
{
	uint64_t value = 0;
	int failed = num_size(argv[0], &value);

	return number(failed, value);
}

static int check_nano(char **argv)
{
	uint64_t value = 0;
	int failed = num_nano(argv[0], &value);

	return number(failed, value);
}

static int check_portspec(char **argv)
{
	char text[PORTSPEC_TEXT];
	struct portspec spec;
	const char *why = portspec_parse(argv[0], argv[1] != NULL, &spec);

	puts(why ? why : portspec_text(&spec, text));
	return why ? 1 : 0;
}

static int check_is_list(char **argv)
{
	return num_is_list(argv[0]) ? 0 : 1;
}

static int check_signal(char **argv)
{
	printf("%d\n", signal_find(argv[0]));
	return 0;
}

/* The mounts of what is read as mountinfo on a file, one field a line. */
static int check_mounts(char **argv)
{
	struct mounts mounts;
	struct mount_entry e;

	mounts.next = mounts.text = read_file(AT_FDCWD, argv[0], SIZE_MAX / 2, NULL);
	if (!mounts.text)
		fail(argv[0], "open");
	while (mounts_next(&mounts, &e))
		printf("%d %d root=%s target=%s options=%s fields=%s type=%s source=%s super=%s\n",
		       e.id, e.parent, e.root, e.target, e.options, e.fields, e.type, e.source,
		       e.super);
	mounts_close(&mounts);
	return 0;
}

/* How many mounts there are, as the library sees them. */
static int check_own_mounts(char **argv)
{
	struct mounts mounts;
	struct mount_entry e;
	int count = 0;

	if (mounts_open(&mounts, argv[0]))
		fail("mountinfo", "open");
	while (mounts_next(&mounts, &e))
		count++;
	mounts_close(&mounts);
	printf("%d\n", count);
	return 0;
}

static int check_has_word(char **argv)
{
	return has_word(argv[0], argv[1]) ? 0 : 1;
}

static int check_vector(char **argv)
{
	size_t count = 0;
	FREED char **vector = read_vector(STDIN_FILENO, &count);

	(void)argv;
	if (!vector)
		fail("standard input", "read");
	printf("%zu:", count);
	for (size_t i = 0; vector[i]; i++)
		printf(" <%s>", vector[i]);
	printf("\n");
	return 0;
}

static int check_read_all(char **argv)
{
	size_t length = 0;
	FREED char *text = read_all(STDIN_FILENO, strtoull(argv[0], NULL, 10), &length);

	return number(!text, length);
}

static int check_write_file(char **argv)
{
	return number(write_file(AT_FDCWD, argv[0], argv[1]), 0);
}

static int check_remove_tree(char **argv)
{
	return number(remove_tree(AT_FDCWD, argv[0]), 0);
}

static int check_make_path(char **argv)
{
	return number(make_path(argv[0], 0755), 0);
}

static int check_exec(char **argv)
{
	exec_command(argv);
}

/* PATTERN PATH; a third argument: as in .dockerignore */
static int check_pattern(char **argv)
{
	struct pattern *pattern = pattern_compile(argv[0], argv[2] != NULL);

	if (!pattern) {
		puts("malformed");
		return 1;
	}
	bool matches = pattern_matches(pattern, argv[1]);
	puts(matches ? "yes" : "no");
	pattern_free(pattern);
	return 0;
}

/* PATH PATTERN...: is it left out? */
static int check_ignore(char **argv)
{
	struct ignore ignore = {0};

	for (size_t i = 1; argv[i]; i++)
		ignore_add(&ignore, argv[i], "pattern", i);
	puts(ignore_path(&ignore, argv[0]) ? "out" : "in");
	ignore_free(&ignore);
	return 0;
}

static int check_path_clean(char **argv)
{
	FREED char *clean = path_clean(argv[0]);

	puts(clean);
	return 0;
}

static int check_file_mode(char **argv)
{
	mode_t mode = (mode_t)strtoul(argv[1], NULL, 8);

	if (!file_mode_change(argv[0], &mode))
		return 1;
	printf("%o\n", mode);
	return 0;
}

static void undo(void *of)
{
	printf("undo %s\n", (char *)of);
}

/* fail() with as many steps to undo as there are arguments; "keep" forgets those before it. */
static int check_fail(char **argv)
{
	for (; *argv; argv++)
		if (strcmp(*argv, "keep") == 0)
			keep_what_is_done();
		else
			on_failure(undo, *argv);
	errno = EPERM;
	fail("object", "step %d", 7);
}

static const struct {
	const char *name;
	int (*check)(char **argv);
	int least;
} checks[] = {
        {"num_parse",   check_parse,       1},
        {"num_size",    check_size,        1},
        {"num_nano",    check_nano,        1},
        {"portspec",    check_portspec,    1},
        {"num_is_list", check_is_list,     1},
        {"signal_find", check_signal,      1},
        {"mounts",      check_mounts,      1},
        {"own_mounts",  check_own_mounts,  0},
        {"has_word",    check_has_word,    2},
        {"read_vector", check_vector,      0},
        {"read_all",    check_read_all,    1},
        {"write_file",  check_write_file,  2},
        {"remove_tree", check_remove_tree, 1},
        {"make_path",   check_make_path,   1},
        {"exec",        check_exec,        1},
        {"pattern",     check_pattern,     2},
        {"ignore",      check_ignore,      1},
        {"path_clean",  check_path_clean,  1},
        {"file_mode",   check_file_mode,   2},
        {"fail",        check_fail,        0},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(checks) / sizeof(checks[0]); i++)
		if (strcmp(argv[1], checks[i].name) == 0 && argc - 2 >= checks[i].least)
			return checks[i].check(argv + 2);
	refuse(NULL, "usage: libcheck FUNCTION ARG...");
}
