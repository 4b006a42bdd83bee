/* Steps that change the config alone, as image_change() takes them: see dockerfile_build.h. */
#define _GNU_SOURCE
#include "dockerfile_build.h"

#include "dockerfile_words.h"
#include "growing.h"
#include "io.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

typedef void maker(struct steps *steps, const struct instruction *in, struct step *step);

static void change(struct step *step, const char *name, const char *text)
{
	list_add(&step->changes, xprintf("%s %s", name, text));
}

static char *words_to_json(struct steps *steps, const struct instruction *in,
                           const struct list *words)
{
	json_t *array = json_array();

	for (size_t i = 0; i < words->count; i++)
		if (json_array_append_new(array, json_string(words->at[i])))
			dockerfile_bad(steps->file, in, "%s: not UTF-8, which a config has to be",
			               words->at[i]);
	char *text = json_dumps(array, JSON_COMPACT);
	json_decref(array);
	return text;
}

static void change_words(struct steps *steps, const struct instruction *in, struct step *step,
                         const struct list *words)
{
	FREED char *json = words_to_json(steps, in, words);

	change(step, in->is->name, json);
}

/* The words, or the shell and the line. */
static struct list command_of(const struct steps *steps, const struct instruction *in)
{
	struct list words = {0};

	for (size_t i = 0; !in->json && i < steps->state->shell.count; i++)
		list_add(&words, steps->state->shell.at[i]);
	for (size_t i = 0; i < in->args.count; i++)
		list_add(&words, in->args.at[i]);
	return words;
}

/* A new ENTRYPOINT takes away the CMD of the base: it was meant for another one. */
static void make_command(struct steps *steps, const struct instruction *in, struct step *step)
{
	struct list words = command_of(steps, in);

	step->form = in->json ? "exec" : "shell";
	if (!strcmp(in->is->name, "CMD"))
		steps->state->has_cmd = true;
	else if (!steps->state->has_cmd)
		change(step, "CMD", "[]");
	change_words(steps, in, step, &words);
}

/* 'A=b' 'C=d', for ENV and LABEL. */
static void make_pairs(struct steps *steps, const struct instruction *in, struct step *step)
{
	bool env = !strcmp(in->is->name, "ENV");
	struct list pairs = {0};
	struct growing text = {0}, plain = {0};

	(void)growing_text(&plain, in->is->name);
	for (size_t i = 0; i + 1 < in->args.count; i += 2) {
		FREED char *name = steps_expand(steps, in, 0, in->args.at[i]);
		FREED char *value = steps_expand(steps, in, 0, in->args.at[i + 1]);

		if (!*name)
			dockerfile_bad(steps->file, in, "%s: the name is empty", in->args.at[i]);
		if (!env && strchr(name, '='))
			dockerfile_bad(steps->file, in, "%s: a = in the name", name);
		list_add(&pairs, xprintf("%s=%s", name, value));
	}
	for (size_t i = 0; i < pairs.count; i++) {
		char *value = strchr(pairs.at[i], '=');

		(void)growing_text(&text, i ? " '" : "'");
		for (const char *s = pairs.at[i]; *s; s++)
			if (!growing_text(&text, *s == '\'' ? "'\\''" : (char[]){*s, 0}))
				dockerfile_bad(steps->file, in, "too long");
		(void)growing_char(&text, '\'');
		(void)growing_char(&plain, ' ');
		(void)growing_text(&plain, pairs.at[i]);
		*value = '\0';
		if (env)
			scope_set(&steps->state->env, pairs.at[i], value + 1);
	}
	FREED char *all = growing_take(&text);
	change(step, in->is->name, all);
	step->text = growing_take(&plain);
}

static void make_words(struct steps *steps, const struct instruction *in, struct step *step)
{
	struct list words = {0};

	for (size_t i = 0; i < in->args.count; i++)
		list_add(&words, steps_expand(steps, in, 0, in->args.at[i]));
	change_words(steps, in, step, &words);
}

/* A variable may stand for several ports. */
static void make_ports(struct steps *steps, const struct instruction *in, struct step *step)
{
	FREED char *text = steps_expand(steps, in, 0, in->text);

	change(step, in->is->name, words_trim(text));
}

static void make_text(struct steps *steps, const struct instruction *in, struct step *step)
{
	char *text = words_trim(steps_expand(steps, in, 0, in->text));

	/* Nobody is root. */
	if (!strcmp(in->is->name, "USER"))
		steps->state->user = text = *text ? text : "0";
	change(step, in->is->name, text);
}

static void make_author(struct steps *steps, const struct instruction *in, struct step *step)
{
	(void)steps;
	step->author = in->text;
}

static void make_health(struct steps *steps, const struct instruction *in, struct step *step)
{
	struct growing text = {0};

	for (size_t i = 0; i < in->flag_count; i++) {
		FREED char *flag = xprintf("--%s=%s ", in->flags[i].name, in->flags[i].value);

		if (strpbrk(in->flags[i].value, " \t"))
			dockerfile_bad(steps->file, in, "--%s: not a time, nor a number",
			               in->flags[i].name);
		(void)growing_text(&text, flag);
	}
	FREED char *json = in->json ? words_to_json(steps, in, &in->args) : NULL;
	(void)growing_text(&text, in->args.count ? "CMD " : "NONE");
	if (in->args.count)
		(void)growing_text(&text, json ? json : in->args.at[0]);
	FREED char *all = growing_take(&text);
	change(step, in->is->name, all);
}

/* As it is written, heredocs and all. */
static void make_trigger(struct steps *steps, const struct instruction *in, struct step *step)
{
	struct growing text = {0};

	(void)growing_text(&text, in->text);
	for (size_t i = 0; i < in->heredoc_count; i++) {
		(void)growing_text(&text, "\n");
		(void)growing_text(&text, in->heredocs[i].content);
		(void)growing_text(&text, in->heredocs[i].name);
	}
	list_add(&steps->state->onbuild, growing_take(&text));
	change(step, in->is->name, steps->state->onbuild.at[steps->state->onbuild.count - 1]);
}

static void make_shell(struct steps *steps, const struct instruction *in, struct step *step)
{
	steps->state->shell = in->args;
	change_words(steps, in, step, &in->args);
}

bool step_config(struct steps *steps, const struct instruction *in, struct step *step)
{
	static const struct {
		const char *name;
		maker *make;
		bool as_written;
	} makers[] = {
	        {"CMD",         make_command, true },
                {"ENTRYPOINT",  make_command, true },
	        {"ENV",         make_pairs,   false},
                {"EXPOSE",      make_ports,   false},
	        {"HEALTHCHECK", make_health,  true },
                {"LABEL",       make_pairs,   false},
	        {"MAINTAINER",  make_author,  true },
                {"ONBUILD",     make_trigger, true },
	        {"SHELL",       make_shell,   true },
                {"STOPSIGNAL",  make_text,    false},
	        {"USER",        make_text,    false},
                {"VOLUME",      make_words,   false},
	};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		if (strcmp(makers[i].name, in->is->name) != 0)
			continue;
		makers[i].make(steps, in, step);
		if (!step->text)
			step->text =
			        xstrdup(makers[i].as_written ? in->whole : step->changes.at[0]);
		return true;
	}
	return false;
}
