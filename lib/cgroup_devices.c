/* Rules for devices, and how cgroup v1 takes them: see cgroup_devices.h. */
#define _GNU_SOURCE
#include "cgroup_devices.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

enum { R = BPF_DEVCG_ACC_READ, W = BPF_DEVCG_ACC_WRITE, M = BPF_DEVCG_ACC_MKNOD };

/*
 * What Docker and runc give to every container: AllowedDevices in runc's specconv. A node may be
 * made for any device, but only these can be opened. tun was taken out in runc 1.2.0 and came back
 * in 1.2.4, for too many containers make that node by themselves.
 */
/* clang-format off */
static const struct device_rule usual[] = {
	{'c', -1,  -1,  M        }, /* mknod of anything */
	{'b', -1,  -1,  M        },
	{'c', 1,   3,   R | W | M}, /* null */
	{'c', 1,   5,   R | W | M}, /* zero */
	{'c', 1,   7,   R | W | M}, /* full */
	{'c', 1,   8,   R | W | M}, /* random */
	{'c', 1,   9,   R | W | M}, /* urandom */
	{'c', 5,   0,   R | W | M}, /* tty */
	{'c', 5,   1,   R | W | M}, /* console */
	{'c', 5,   2,   R | W | M}, /* ptmx */
	{'c', 136, -1,  R | W | M}, /* pts */
};
/* clang-format on */

static void add(struct device_rules *rules, const struct device_rule *rule)
{
	rules->at = xrealloc(rules->at, (rules->count + 1) * sizeof(*rule));
	rules->at[rules->count++] = *rule;
	if (rule->type == 'a' && rule->major < 0 && rule->minor < 0 && rule->may == (R | W | M))
		rules->all = true;
}

/* A number or `*`, up to the character `end`; *text is set behind that. */
static bool parse_number(char **text, const char *end, int *number)
{
	char *word = strsep(text, end);
	uint64_t value;

	*number = -1;
	if (strcmp(word, "*") == 0)
		return *text;
	if (!*text || num_parse(word, INT32_MAX, &value))
		return false;
	*number = (int)value;
	return true;
}

static bool parse(char *text, struct device_rule *rule)
{
	static const char letters[] = "rwm";
	static const unsigned int bits[] = {R, W, M};

	rule->type = *text;
	if (!*text || !strchr("abc", *text) || text[1] != ' ')
		return false;
	text += 2;
	if (!parse_number(&text, ":", &rule->major) || !parse_number(&text, " ", &rule->minor))
		return false;
	for (rule->may = 0; *text; text++) {
		const char *letter = strchr(letters, *text);

		if (!letter || rule->may & bits[letter - letters])
			return false;
		rule->may |= bits[letter - letters];
	}
	return rule->may != 0;
}

void devices_opt(const struct opt *opt, const char *arg)
{
	struct device_rules *rules = opt->into;
	struct device_rule rule = {'a', -1, -1, R | W | M};

	if (strcmp(arg, "default") == 0) {
		for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
			add(rules, &usual[i]);
		return;
	}
	if (strcmp(arg, "a") != 0) {
		FREED char *text = xstrdup(arg);

		if (!parse(text, &rule))
			opt_refuse(opt, arg, "not a device rule (such as 'c 10:229 rwm')");
	}
	add(rules, &rule);
}

static void write_rule(int file, char type, const struct device_rule *rule, const char *path)
{
	char major[16] = "*", minor[16] = "*", text[64];

	if (rule->major >= 0)
		(void)snprintf(major, sizeof(major), "%d", rule->major);
	if (rule->minor >= 0)
		(void)snprintf(minor, sizeof(minor), "%d", rule->minor);
	(void)snprintf(text, sizeof(text), "%c %s:%s %s%s%s", type, major, minor,
	               rule->may & R ? "r" : "", rule->may & W ? "w" : "",
	               rule->may & M ? "m" : "");
	if (write(file, text, strlen(text)) < 0)
		fail(path, "devices.allow: %s", text);
}

/* What a cgroup had before. The kernel says "a *:* rwm" where nothing is denied. */
struct before {
	int dir;
	char *list;
};

static void put_back(void *of)
{
	struct before *before = of;
	char *rest = before->list, *line;
	int failed = write_file(before->dir, *rest == 'a' ? "devices.allow" : "devices.deny", "a");

	while (*before->list != 'a' && (line = strsep(&rest, "\n")) && *line)
		failed |= write_file(before->dir, "devices.allow", line);
	if (failed)
		complain("devices.allow", "put back the former rules");
}

static void remember(int dir, const char *path)
{
	struct before before = {dir, read_file(dir, "devices.list", 1 << 20, NULL)};

	if (!before.list)
		fail(path, "read devices.list");
	on_failure(put_back, memcpy(xalloc(sizeof(before)), &before, sizeof(before)));
}

void devices_write(const struct device_rules *rules, const struct hierarchy *h, const char *path)
{
	if (h->v2) {
		devices_write_v2(rules, h->dir, path);
		return;
	}
	if (!h->made)
		remember(h->dir, path);
	if (write_file(h->dir, rules->all ? "devices.allow" : "devices.deny", "a"))
		fail(path, "devices.%s: a", rules->all ? "allow" : "deny");
	if (rules->all)
		return;
	CLOSED int file = openat(h->dir, "devices.allow", O_WRONLY | O_CLOEXEC);
	if (file < 0)
		fail(path, "devices.allow");
	for (size_t i = 0; i < rules->count; i++) {
		/* The kernel takes an `a` for all devices, whatever number follows. */
		if (rules->at[i].type != 'b')
			write_rule(file, 'c', &rules->at[i], path);
		if (rules->at[i].type != 'c')
			write_rule(file, 'b', &rules->at[i], path);
	}
}
