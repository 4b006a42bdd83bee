/* Steps that change files: RUN, COPY, ADD, WORKDIR. See dockerfile_build.h. */
#define _GNU_SOURCE
#include "dockerfile_build.h"

#include "dockerfile_words.h"
#include "growing.h"
#include "io.h"
#include "path.h"
#include <string.h>

/* from=NAME, if that is a stage, as its number. */
static char *from_field(struct steps *steps, const struct instruction *in, const char *from)
{
	long stage = build_stage(steps->build, in, steps->stage, from);

	return stage < 0 ? xprintf("from=%s", from) : xprintf("from=%ld", stage);
}

/* Absolute, and the shortest that means the same. */
static char *clean_path(const char *base, const char *path)
{
	FREED char *joined = xprintf("%s/%s", *path == '/' ? "" : base, path);

	return path_clean(joined);
}

static bool is_target(const char *field)
{
	return !strcasecmp(field, "target") || !strcasecmp(field, "dst") ||
	       !strcasecmp(field, "destination");
}

static char *mount_flag(struct steps *steps, const struct instruction *in, const char *mount)
{
	struct list fields = mount_fields(mount);

	for (size_t i = 0; i < fields.count; i++) {
		char *value = strchr(fields.at[i], '=');

		if (!value)
			continue;
		*value++ = '\0';
		FREED char *written = steps_expand(steps, in, 0, value);
		FREED char *expanded = is_target(fields.at[i]) && *written
		                               ? clean_path(steps->state->workdir, written)
		                               : xstrdup(written);
		fields.at[i] = strcasecmp(fields.at[i], "from")
		                       ? xprintf("%s=%s", fields.at[i], expanded)
		                       : from_field(steps, in, expanded);
	}
	const char *why = mount_check(&fields);
	if (why)
		dockerfile_bad(steps->file, in, "%s", why);
	FREED char *text = mount_text(&fields);
	return xprintf("mount=%s", text);
}

static void take_flags(struct steps *steps, const struct instruction *in, struct step *step)
{
	static const char plain[] = " network security device ",
	                  boolean[] = " link parents keep-git-dir unpack ";

	for (size_t i = 0; i < in->flag_count; i++) {
		const struct flag *flag = &in->flags[i];
		FREED char *padded = xprintf(" %s ", flag->name);

		if (strstr(boolean, padded)) {
			if (!strcasecmp(flag->value, "true"))
				list_add(&step->flags, xstrdup(flag->name));
			else if (!strcmp(flag->name, "unpack"))
				list_add(&step->flags, xstrdup("unpack=false"));
		} else if (!strcmp(flag->name, "mount")) {
			list_add(&step->flags, mount_flag(steps, in, flag->value));
		} else if (!strcmp(flag->name, "from")) {
			if (*flag->value)
				list_add(&step->flags, from_field(steps, in, flag->value));
		} else {
			FREED char *value = strstr(plain, padded)
			                            ? xstrdup(flag->value)
			                            : steps_expand(steps, in, 0, flag->value);
			list_add(&step->flags, xprintf("%s=%s", flag->name, value));
		}
	}
}

static void check_run(const struct steps *steps, const struct instruction *in)
{
	const char *network = dockerfile_flag(in, "network", 0);
	const char *security = dockerfile_flag(in, "security", 0);

	if (network && strcmp(network, "default") != 0 && strcmp(network, "none") != 0 &&
	    strcmp(network, "host") != 0)
		dockerfile_bad(steps->file, in, "--network: none of default, none, host");
	if (security && strcmp(security, "sandbox") != 0 && strcmp(security, "insecure") != 0)
		dockerfile_bad(steps->file, in, "--security: none of sandbox, insecure");
}

/* `RUN <<EOF` alone runs what the heredoc says, or is that program; else the shell gets it all. */
static char *run_line(const struct instruction *in, struct step *step)
{
	struct heredoc first;
	struct growing line = {0};

	if (in->heredoc_count && heredoc_of(in->args.at[0], &first)) {
		if (strncmp(in->heredocs[0].content, "#!", 2) != 0)
			return xstrdup(in->heredocs[0].content);
		step->form = "script";
		list_add(&step->heredocs, xstrdup(first.name));
		list_add(&step->heredocs, in->heredocs[0].content);
		return NULL;
	}
	(void)growing_text(&line, in->args.at[0]);
	for (size_t i = 0; i < in->heredoc_count; i++) {
		(void)growing_text(&line, "\n");
		(void)growing_text(&line, in->heredocs[i].content);
		(void)growing_text(&line, in->heredocs[i].name);
	}
	return growing_take(&line);
}

static void take_run(struct steps *steps, const struct instruction *in, struct step *step)
{
	const struct state *state = steps->state;

	check_run(steps, in);
	step->form = in->json ? "exec" : "shell";
	if (in->json) {
		step->args = in->args;
	} else {
		char *line = run_line(in, step);

		for (size_t i = 0; line && i < state->shell.count; i++)
			list_add(&step->args, state->shell.at[i]);
		if (line)
			list_add(&step->args, line);
	}
	for (size_t i = 0; i < state->args.entries.count; i++) {
		char *entry = state->args.entries.at[i];
		FREED char *name = strndup(entry, strcspn(entry, "="));

		if (!scope_get(&state->env, name))
			list_add(&step->arguments, entry);
	}
	step->text = in->heredoc_count ? xprintf("%s (%.*s...)", in->whole,
	                                         (int)strcspn(in->heredocs[0].content, "\n"),
	                                         in->heredocs[0].content)
	                               : xstrdup(in->whole);
}

/* What it says becomes a file in a directory of whoever builds. */
static void check_heredocs(const struct steps *steps, const struct instruction *in,
                           const struct step *step)
{
	for (size_t i = 0; i < step->heredocs.count; i += 2) {
		const char *name = step->heredocs.at[i];

		if (strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
			dockerfile_bad(steps->file, in, "<<%s: not the name of a file", name);
	}
}

/* As img-copy has it, which is called once for files, once for heredocs, and for each URL. */
static void check_destination(const struct steps *steps, const struct instruction *in,
                              const struct step *step)
{
	const char *last = path_last(step->args.at[step->args.count - 1]);
	bool several = step->args.count - 1 + step->heredocs.count / 2 > 1;

	if (several && *last && strcmp(last, ".") != 0 && strcmp(last, "..") != 0)
		dockerfile_bad(steps->file, in,
		               "several files go into a directory: it needs a slash at its end");
}

/* A stage is shown by the name that was written. */
static void show_flag(const struct instruction *in, const char *flag, struct growing *text)
{
	const char *from = strncmp(flag, "from=", 5) ? NULL : dockerfile_flag(in, "from", 0);

	(void)growing_text(text, from ? " --from=" : " --");
	(void)growing_text(text, from ?: flag);
}

/* Sources that are heredocs come as name and content, the others and the destination as args. */
static void take_copy(struct steps *steps, const struct instruction *in, struct step *step)
{
	struct growing text = {0};
	size_t at = 0;

	for (size_t i = 0; i < in->args.count; i++) {
		struct heredoc one;

		if (!in->json && at < in->heredoc_count && heredoc_of(in->args.at[i], &one)) {
			const struct heredoc *heredoc = &in->heredocs[at++];

			list_add(&step->heredocs, xstrdup(heredoc->name));
			list_add(&step->heredocs,
			         heredoc->expand ? steps_expand(steps, in, WORDS_PLAIN_QUOTES,
			                                        heredoc->content)
			                         : heredoc->content);
		} else {
			list_add(&step->args, steps_expand(steps, in, 0, in->args.at[i]));
		}
	}
	check_destination(steps, in, step);
	(void)growing_text(&text, in->is->name);
	for (size_t i = 0; i < step->flags.count; i++)
		show_flag(in, step->flags.at[i], &text);
	for (size_t i = 0; i < step->heredocs.count; i += 2) {
		(void)growing_text(&text, " <<");
		(void)growing_text(&text, step->heredocs.at[i]);
	}
	for (size_t i = 0; i < step->args.count; i++) {
		(void)growing_text(&text, " ");
		(void)growing_text(&text, step->args.at[i]);
	}
	step->text = growing_take(&text);
}

static void take_workdir(struct steps *steps, const struct instruction *in, struct step *step)
{
	FREED char *path = steps_expand(steps, in, 0, in->text);

	steps->state->workdir = clean_path(steps->state->workdir, path);
	list_add(&step->args, xstrdup(steps->state->workdir));
	list_add(&step->changes, xprintf("WORKDIR %s", steps->state->workdir));
	step->text = xstrdup(step->changes.at[0]);
}

void step_layer(struct steps *steps, const struct instruction *in, struct step *step)
{
	take_flags(steps, in, step);
	if (!strcmp(in->is->name, "RUN"))
		take_run(steps, in, step);
	else if (!strcmp(in->is->name, "WORKDIR"))
		take_workdir(steps, in, step);
	else
		take_copy(steps, in, step);
	check_heredocs(steps, in, step);
}
