/* The environment of a container's command: see environment.h. */
#define _GNU_SOURCE
#include "environment.h"

#include "err.h"
#include "io.h"
#include <limits.h>
#include <string.h>

static size_t name_length(const char *entry)
{
	return strcspn(entry, "=");
}

void environment_opt(const struct opt *opt, const char *arg)
{
	struct environment *environment = opt->into;

	if (!arg[name_length(arg)] || !name_length(arg))
		opt_refuse(opt, arg, "not NAME=VALUE");
	list_add(&environment->entries, xstrdup(arg));
}

void environment_read(struct environment *environment, int fd)
{
	struct list all = {0};

	if (fd < 0)
		return;
	char **more = read_vector(fd, NULL);
	if (!more)
		fail("--env-fd", "read the variables");
	for (; *more; more++) {
		if (!(*more)[name_length(*more)] || !name_length(*more))
			refuse(*more, "not NAME=VALUE");
		list_add(&all, *more);
	}
	for (size_t i = 0; i < environment->entries.count; i++)
		list_add(&all, environment->entries.at[i]);
	environment->entries = all;
}

static bool is_set(const struct environment *environment, const char *name, size_t length)
{
	for (size_t i = 0; i < environment->entries.count; i++)
		if (name_length(environment->entries.at[i]) == length &&
		    memcmp(environment->entries.at[i], name, length) == 0)
			return true;
	return false;
}

void environment_default(struct environment *environment, const char *name, const char *value)
{
	if (value && !is_set(environment, name, strlen(name)))
		list_add(&environment->entries, xprintf("%s=%s", name, value));
}

void environment_inside(struct environment *environment, const char *home, bool terminal)
{
	char name[HOST_NAME_MAX + 1];

	if (gethostname(name, sizeof(name)))
		fail(NULL, "get the host name");
	environment_default(environment, "HOSTNAME", name);
	environment_default(environment, "HOME", home);
	environment_default(environment, "TERM", terminal ? "xterm" : NULL);
}

char **environment_vector(struct environment *environment)
{
	struct list unique = {0};

	environment_default(environment, "PATH",
	                    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	/* Backwards, so that of several the last one stays; then the order is turned round. */
	for (size_t i = environment->entries.count; i-- > 0;) {
		char *entry = environment->entries.at[i];

		if (!is_set(&(struct environment){unique}, entry, name_length(entry)))
			list_add(&unique, entry);
	}
	for (size_t i = 0; i < unique.count / 2; i++) {
		char *other = unique.at[i];

		unique.at[i] = unique.at[unique.count - 1 - i];
		unique.at[unique.count - 1 - i] = other;
	}
	environment->entries = unique;
	return unique.at;
}
