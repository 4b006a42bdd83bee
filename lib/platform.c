/* Kinds of machines: see platform.h. */
#define _GNU_SOURCE
#include "platform.h"

#include "err.h"
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

/* What uname(2) says, and other names that people use. */
static const struct {
	const char *name, *architecture, *variant;
} names[] = {
        {"x86_64",   "amd64", ""  },
        {"aarch64",  "arm64", ""  },
        {"armv8l",   "arm",   "v7"},
        {"armv7l",   "arm",   "v7"},
        {"armhf",    "arm",   "v7"},
        {"armv6l",   "arm",   "v6"},
        {"armel",    "arm",   "v6"},
        {"armv5tel", "arm",   "v5"},
        {"i386",     "386",   ""  },
        {"i586",     "386",   ""  },
        {"i686",     "386",   ""  },
};

/* What goes without saying is left out, and what is left out and does not is said. */
static void normalize(struct platform *platform)
{
	const char *variant = platform->variant;

	if (!strcmp(platform->architecture, "arm") && !*variant)
		(void)strcpy(platform->variant, "v7");
	else if (!strcmp(platform->architecture, "arm") && *variant >= '5' && *variant <= '8')
		(void)snprintf(platform->variant, sizeof(platform->variant), "v%c", *variant);
	else if ((!strcmp(platform->architecture, "arm64") &&
	          (!strcmp(variant, "v8") || !strcmp(variant, "8"))) ||
	         (!strcmp(platform->architecture, "amd64") && !strcmp(variant, "v1")))
		platform->variant[0] = '\0';
}

static bool set(char to[32], const char *text, size_t length)
{
	static const char good[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	if (length >= 32 || strspn(text, good) < length)
		return false;
	(void)snprintf(to, 32, "%.*s", (int)length, text);
	return true;
}

static void set_architecture(struct platform *platform, const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i].name)) {
			(void)strcpy(platform->architecture, names[i].architecture);
			if (!*platform->variant)
				(void)strcpy(platform->variant, names[i].variant);
		}
	normalize(platform);
}

const struct platform *platform_host(void)
{
	static struct platform host;
	struct utsname name;

	if (*host.os)
		return &host;
	if (uname(&name))
		fail(NULL, "uname");
	(void)strcpy(host.os, "linux");
	(void)snprintf(host.architecture, sizeof(host.architecture), "%.31s", name.machine);
	set_architecture(&host, name.machine);
	return &host;
}

bool platform_parse(const char *text, struct platform *platform)
{
	const char *part[3] = {text, "", ""};
	size_t length[3] = {0};
	size_t count = 0;

	*platform = (struct platform){0};
	for (;; text++) {
		if (count == 3)
			return false;
		part[count] = text;
		length[count] = strcspn(text, "/");
		text += length[count++];
		if (!*text)
			break;
	}
	size_t first = count == 1 ? 0 : 1; /* of one word it is the architecture */
	for (size_t i = 0; i < count; i++)
		if (!length[i])
			return false;
	if (!set(platform->os, count == 1 ? "linux" : part[0], count == 1 ? 5 : length[0]) ||
	    !set(platform->architecture, part[first], length[first]) ||
	    !set(platform->variant, part[2], length[2]))
		return false;
	char name[32];
	(void)strcpy(name, platform->architecture);
	set_architecture(platform, name);
	return true;
}

const char *platform_text(const struct platform *platform)
{
	static char text[sizeof(*platform) + 2];

	(void)snprintf(text, sizeof(text), "%s/%s%s%s", platform->os, platform->architecture,
	               *platform->variant ? "/" : "", platform->variant);
	return text;
}

static const char *member(const json_t *of, const char *key)
{
	return json_string_value(json_object_get(of, key)) ?: "";
}

/* How well this suits: 0 not at all. Older kinds of ARM run on newer ones. */
static int fitness(const json_t *its, const struct platform *wanted)
{
	struct platform platform = {0};

	if (strcmp(member(its, "os"), wanted->os) != 0 ||
	    !set(platform.variant, member(its, "variant"), strlen(member(its, "variant"))))
		return 0;
	(void)snprintf(platform.architecture, 32, "%.31s", member(its, "architecture"));
	normalize(&platform);
	if (strcmp(platform.architecture, wanted->architecture) != 0)
		return 0;
	if (!strcmp(platform.variant, wanted->variant))
		return 100;
	if (strcmp(wanted->architecture, "arm") != 0 || platform.variant[0] != 'v' ||
	    strcmp(platform.variant, wanted->variant) > 0)
		return 0;
	return platform.variant[1] - '0';
}

json_t *platform_choose(const json_t *manifests, const struct platform *wanted)
{
	json_t *manifest, *best = NULL;
	int most = 0, its;
	size_t i;

	json_array_foreach(manifests, i, manifest)
	{
		its = fitness(json_object_get(manifest, "platform"), wanted);
		if (its > most) {
			most = its;
			best = manifest;
		}
	}
	return best;
}
