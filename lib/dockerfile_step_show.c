/* Steps and stages on stdout: see dockerfile_build.h. */
#define _GNU_SOURCE
#include "dockerfile_build.h"

#include "effort.h"
#include "growing.h"
#include "io.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

/* A byte of output, which is held until all is known to be right. */
enum { PRINTED = 32 };

/* In single quotes. The line has to stay one: a newline comes from the shell's variable nl. */
static void quote(struct growing *to, const char *s)
{
	(void)growing_char(to, '\'');
	while (*s) {
		size_t plain = strcspn(s, "'\n");

		(void)growing_add(to, s, plain);
		s += plain;
		if (*s)
			(void)growing_text(to, *s++ == '\'' ? "'\\''" : "'\"$nl\"'");
	}
	(void)growing_char(to, '\'');
}

static void quote_words(struct growing *to, const char *prefix, const struct list *words)
{
	for (size_t i = 0; i < words->count; i++) {
		FREED char *word = xprintf("%s%s", prefix, words->at[i]);

		(void)growing_text(to, to->length ? " " : "");
		quote(to, word);
	}
}

/* What the result depends on, besides what it begins with and the files that are copied. */
static char *key_of(const struct step *step)
{
	struct growing key = {0};

	if (!step->text)
		return xstrdup("");
	(void)growing_text(&key, step->instruction);
	quote_words(&key, "--", &step->flags);
	quote_words(&key, "", &step->args);
	quote_words(&key, "<", &step->heredocs);
	quote_words(&key, "$", &step->arguments);
	quote_words(&key, ":", &step->changes);
	if (step->author)
		quote(&key, step->author);
	return growing_take(&key);
}

struct shown {
	enum build_format format;
	const char *prefix; /* of the shell's variables */
	bool more;
};

static void begin_member(struct shown *shown, const char *name)
{
	if (shown->format == BUILD_JSON)
		printf("%c\"%s\":", shown->more ? ',' : '{', name);
	else
		printf("%s%s_%s=", shown->more ? " " : "", shown->prefix, name);
	shown->more = true;
}

static void print_json(const char *text)
{
	effort_spend(PRINTED * strlen(text));
	text_json(text);
}

static void show_text(struct shown *shown, const char *name, const char *text)
{
	struct growing quoted = {0};

	begin_member(shown, name);
	if (shown->format == BUILD_JSON) {
		print_json(text);
		return;
	}
	quote(&quoted, text);
	FREED char *s = growing_take(&quoted);
	effort_spend(PRINTED * strlen(s));
	fputs(s, stdout);
}

static void show_number(struct shown *shown, const char *name, size_t number)
{
	begin_member(shown, name);
	printf("%zu", number);
}

static void show_words(struct shown *shown, const char *name, const struct list *words)
{
	if (shown->format == BUILD_SHELL) {
		struct growing text = {0};

		quote_words(&text, "", words);
		FREED char *s = growing_take(&text);
		show_text(shown, name, s);
		return;
	}
	begin_member(shown, name);
	putchar('[');
	for (size_t i = 0; i < words->count; i++) {
		if (i)
			putchar(',');
		print_json(words->at[i]);
	}
	putchar(']');
}

static void end_members(struct shown *shown)
{
	fputs(shown->format == BUILD_JSON ? "}\n" : "\n", stdout);
}

/* Proxies are for the command alone: they change nothing that is cached. */
static struct list with_proxies(const struct build *build, const struct step *step)
{
	struct list all = {0};

	for (size_t i = 0; i < step->arguments.count; i++)
		list_add(&all, step->arguments.at[i]);
	for (const char *const *name = build_proxies; *name; name++) {
		const char *value = build_given(build, *name);

		if (value && !scope_get(&(struct scope){step->arguments}, *name))
			list_add(&all, xprintf("%s=%s", *name, value));
	}
	return all;
}

void step_show(struct steps *steps, const struct step *step)
{
	struct shown shown = {.format = steps->format, .prefix = "step"};
	const struct state *state = steps->state;
	bool run = !strcmp(step->instruction, "RUN");
	struct list env = run ? with_proxies(steps->build, step) : (struct list){0};
	FREED char *key = key_of(step);

	show_number(&shown, "number", steps->shown);
	show_number(&shown, "line", step->line);
	show_text(&shown, "instruction", step->instruction);
	show_text(&shown, "form", step->form);
	show_text(&shown, "text", step->text);
	show_text(&shown, "key", key);
	show_words(&shown, "flags", &step->flags);
	show_words(&shown, "args", &step->args);
	show_words(&shown, "heredocs", &step->heredocs);
	show_words(&shown, "env", &env);
	show_words(&shown, "environment", run ? &state->env.entries : &env);
	show_words(&shown, "changes", &step->changes);
	show_text(&shown, "author", step->author ? step->author : "");
	show_text(&shown, "workdir", state->workdir);
	show_text(&shown, "user", state->user);
	end_members(&shown);
}

static void show_stage_line(const struct stage *stage, const char *base, const struct list *needs)
{
	const char *const fields[] = {stage->name, base, stage->platform};

	printf("%zu", stage->number);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		putchar('\t');
		text_field(*fields[i] ? fields[i] : "-");
	}
	putchar('\t');
	for (size_t i = 0; i < needs->count; i++)
		printf("%s%s", i ? "," : "", needs->at[i]);
	printf("%s\t%s\n", needs->count ? "" : "-", stage->needed ? "needed" : "unneeded");
}

static void show_stage(const struct build *build, const struct stage *stage,
                       enum build_format format)
{
	struct shown shown = {.format = format, .prefix = "stage"};
	const struct stage *root = stage;
	struct list needs = {0};

	for (size_t i = 0; i < stage->number; i++)
		if (stage->needs[i])
			list_add(&needs, xprintf("%zu", i));
	while (root->base_stage >= 0)
		root = &build->stages[root->base_stage];
	FREED char *base = stage->base_stage >= 0 ? xprintf("%ld", stage->base_stage) : xstrdup("");
	if (format == BUILD_LINES) {
		show_stage_line(stage, stage->base_stage >= 0 ? base : stage->base, &needs);
		return;
	}
	show_number(&shown, "number", stage->number);
	show_number(&shown, "line", build->file.at[stage->first].line);
	show_text(&shown, "name", stage->name);
	show_text(&shown, "base", stage->base_stage >= 0 ? "" : stage->base);
	show_text(&shown, "base_stage", base);
	show_text(&shown, "root", root->base);
	show_text(&shown, "platform", stage->platform);
	show_words(&shown, "needs", &needs);
	show_words(&shown, "images", &stage->images);
	show_text(&shown, "needed", stage->needed ? "yes" : "");
	end_members(&shown);
}

void stages_show(const struct build *build, enum build_format format)
{
	for (size_t i = 0; i < build->count; i++)
		show_stage(build, &build->stages[i], format);
}
