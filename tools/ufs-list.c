/*
 * ufs-list: list the union mounts (overlayfs) of a mount namespace.
 *
 * Reads /proc/PID/mountinfo, changes nothing. Needs: for the processes of others, what ptrace(2)
 * needs to read. libmount is no help: its table undoes the escapes of options, and then a comma in
 * a name cannot be told from the one before the next option.
 */
#define _GNU_SOURCE
#include "err.h"
#include "mountinfo.h"
#include "opt.h"
#include "text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *pid;
static bool json;

struct layers {
	struct list lowers; /* the topmost first */
	const char *upper, *work;
};

/*
 * All lowers in one value, as mount(2) takes them: separated by colons; a backslash is in front of
 * a colon that is part of a name.
 */
static void split_lowers(struct layers *layers, char *text)
{
	char *name = text, *to = text;

	for (char *from = text;; from++) {
		if (*from == '\\' && from[1]) {
			*to++ = *++from;
		} else if (*from == ':' || !*from) {
			bool last = !*from;

			*to = '\0';
			if (*name) /* two colons stand in front of layers that are for data alone */
				list_add(&layers->lowers, name);
			if (last)
				return;
			name = to = from + 1;
		} else {
			*to++ = *from;
		}
	}
}

static void read_options(struct layers *layers, char *options)
{
	for (char *option; (option = strsep(&options, ","));) {
		char *value = strchr(option, '=');

		if (!value)
			continue;
		*value++ = '\0';
		mounts_unescape(value);
		if (!strcmp(option, "lowerdir+") || !strcmp(option, "datadir+"))
			list_add(&layers->lowers, value);
		else if (!strcmp(option, "lowerdir"))
			split_lowers(layers, value);
		else if (!strcmp(option, "upperdir"))
			layers->upper = value;
		else if (!strcmp(option, "workdir"))
			layers->work = value;
	}
}

static void print_member(char before, const char *key, const char *value)
{
	printf("%c\"%s\":", before, key);
	if (value)
		text_json(value);
	else
		fputs("null", stdout);
}

static void print_json(const char *target, const struct layers *layers)
{
	print_member('{', "target", target);
	print_member(',', "upper", layers->upper);
	print_member(',', "work", layers->work);
	fputs(",\"lowers\":[", stdout);
	for (size_t i = 0; i < layers->lowers.count; i++) {
		fputs(i ? "," : "", stdout);
		text_json(layers->lowers.at[i]);
	}
	puts("]}");
}

static void print_line(const char *target, const struct layers *layers)
{
	text_field(target);
	putchar('\t');
	text_field(layers->upper ? layers->upper : "-");
	putchar('\t');
	text_field(layers->work ? layers->work : "-");
	for (size_t i = 0; i < layers->lowers.count; i++) {
		putchar('\t');
		text_field(layers->lowers.at[i]);
	}
	putchar('\n');
}

static void opt_pid(const struct opt *opt, const char *arg)
{
	if (!*arg || arg[strspn(arg, "0123456789")])
		opt_refuse(opt, arg, "not a process id");
	pid = arg;
}

static const struct opt table[] = {
        {"pid",    'p', "PID", "of this process's mount namespace", opt_pid, NULL},
        {"json",   0, NULL, "a JSON object a line", opt_flag, &json},
        {0},
};

static const struct tool tool = {
        .name = "ufs-list",
        .operands = "",
        .purpose = "List union mounts: target, upper, work, then the lowers from the top.",
        .options = table,
        .example = "ufs-list --pid 1",
};

int main(int argc, char **argv)
{
	struct mounts mounts;
	struct mount_entry entry;
	int first = opt_parse(&tool, argc, argv);

	if (first < argc)
		usage_error("%s: takes no operand", argv[first]);
	if (mounts_open(&mounts, pid)) {
		/* What the kernel calls so here is a process that ends just now. */
		if (errno == EINVAL)
			errno = ESRCH;
		fail(pid ? pid : "self", "read mountinfo");
	}
	while (mounts_next(&mounts, &entry)) {
		struct layers layers = {0};

		if (strcmp(entry.type, "overlay"))
			continue;
		read_options(&layers, entry.super);
		json ? print_json(entry.target, &layers) : print_line(entry.target, &layers);
		free(layers.lowers.at);
	}
	opt_finish_stdout();
}
