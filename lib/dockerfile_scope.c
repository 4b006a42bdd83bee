/* Variables of a build: see dockerfile_build.h. */
#define _GNU_SOURCE
#include "dockerfile_build.h"

#include "dockerfile_words.h"
#include "effort.h"
#include "io.h"
#include <string.h>

const char *const build_proxies[] = {
        "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy",
        "NO_PROXY",   "no_proxy",   "ALL_PROXY",   "all_proxy",   NULL,
};

static size_t find(const struct list *entries, const char *name)
{
	size_t length = strlen(name);

	effort_spend(4 * entries->count + 64);
	for (size_t i = entries->count; i-- > 0;)
		if (!strncmp(entries->at[i], name, length) && entries->at[i][length] == '=')
			return i;
	return entries->count;
}

const char *scope_get(const struct scope *scope, const char *name)
{
	size_t i = find(&scope->entries, name);

	return i < scope->entries.count ? scope->entries.at[i] + strlen(name) + 1 : NULL;
}

void scope_set(struct scope *scope, const char *name, const char *value)
{
	char *entry = xprintf("%s=%s", name, value);
	size_t i = find(&scope->entries, name);

	if (i < scope->entries.count)
		scope->entries.at[i] = entry;
	else
		list_add(&scope->entries, entry);
}

const char *build_given(const struct build *build, const char *name)
{
	return scope_get(&(struct scope){build->given}, name);
}

char *build_expand(const struct dockerfile *file, const struct instruction *in, unsigned int how,
                   const char *text, const char *(*value)(void *of, const char *name), void *of)
{
	/* In a heredoc the escape is a backslash, whatever a directive says. */
	struct words words = {.escape = how & WORDS_PLAIN_QUOTES ? '\\' : file->escape,
	                      .how = how,
	                      .value = value,
	                      .of = of};
	char *result;
	const char *why = words_expand(&words, text, &result, NULL);

	if (why && how & WORDS_PLAIN_QUOTES)
		dockerfile_bad(file, in, "in a heredoc: %s", why);
	if (why)
		dockerfile_bad(file, in, "%s: %s", text, why);
	return result;
}

static bool is_declared(const struct build *build, const char *name)
{
	size_t length = strcspn(name, "=");

	for (const char *const *proxy = build_proxies; *proxy; proxy++)
		if (strlen(*proxy) == length && !strncmp(*proxy, name, length))
			return true;
	for (size_t i = 0; i < build->file.count; i++) {
		const struct instruction *in = &build->file.at[i];

		in = in->trigger ? in->trigger : in;
		for (size_t j = 0; in->is->form == FORM_VARIABLES && j < in->args.count; j++)
			if (strcspn(in->args.at[j], "=") == length &&
			    !strncmp(in->args.at[j], name, length))
				return true;
	}
	return !strncmp(name, "BUILDKIT_", 9) || !strncmp(name, "SOURCE_DATE_EPOCH=", 18);
}

void build_warn(const struct build *build)
{
	FREED char *names = NULL;

	for (size_t i = 0; i < build->given.count; i++) {
		const char *name = build->given.at[i];
		char *before = names;

		if (is_declared(build, name))
			continue;
		names = xprintf("%s%s%.*s", before ? before : "", before ? " " : "",
		                (int)strcspn(name, "="), name);
		free(before);
	}
	if (names)
		complain_plainly(NULL, "[Warning] One or more build-args [%s] were not consumed",
		                 names);
}
