/* What may be written otherwise, and the directive `check`: see dockerfile.h. */
#define _GNU_SOURCE
#include "dockerfile.h"

#include "dockerfile_words.h"
#include "err.h"
#include "io.h"
#include <string.h>

/* skip=RULE,...;error=true */
struct checks {
	bool skip, error;
};

static const char rule[] = "LegacyKeyValueFormat";

static void skip(struct checks *checks, char *rules)
{
	for (char *one; (one = strsep(&rules, ","));) {
		one = words_trim(one);
		checks->skip |= !strcasecmp(one, "all") || !strcasecmp(one, rule);
	}
}

static struct checks read_directive(const struct dockerfile *file)
{
	struct checks checks = {0};
	FREED char *copy = xstrdup(file->check ? file->check : "");
	char *rest = copy;

	for (char *one; (one = strsep(&rest, ";"));) {
		char *value = strchr(one, '=');

		if (!value)
			continue;
		*value++ = '\0';
		one = words_trim(one);
		value = words_trim(value);
		if (!strcasecmp(one, "skip"))
			skip(&checks, value);
		else if (!strcasecmp(one, "error"))
			checks.error = !strcasecmp(value, "true") || !strcmp(value, "1");
	}
	return checks;
}

void dockerfile_check(const struct dockerfile *file)
{
	struct checks checks = read_directive(file);
	bool found = false;

	for (size_t i = 0; !checks.skip && i < file->count; i++) {
		const struct instruction *in = &file->at[i];
		const char *name = in->trigger ? in->trigger->is->name : in->is->name;

		if (!(in->trigger ? in->trigger->legacy : in->legacy))
			continue;
		FREED char *where = xprintf("%s:%zu", file->name, in->line);
		complain_plainly(where,
		                 "%s: \"%s key=value\" should be used instead of \"%s key value\"",
		                 rule, name, name);
		found = true;
	}
	if (found && checks.error)
		refuse(file->name, "the directive check says that this is an error");
}
