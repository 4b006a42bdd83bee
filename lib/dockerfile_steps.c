/* The steps of a stage: see dockerfile_build.h. */
#define _GNU_SOURCE
#include "dockerfile_build.h"

#include "dockerfile_words.h"
#include "effort.h"
#include "image_make.h"
#include "io.h"
#include <string.h>

enum { MOST_STEPS = 10000 };

/* What ENV says goes before what ARG says. A PATH there is in any case. */
static const char *value_of(void *of, const char *name)
{
	const struct state *state = of;
	const char *value = scope_get(&state->env, name);

	if (!value)
		value = scope_get(&state->args, name);
	if (!value && !strcmp(name, "PATH"))
		value = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	return value;
}

char *steps_expand(struct steps *steps, const struct instruction *in, unsigned int how,
                   const char *text)
{
	return build_expand(steps->file, in, how, text, value_of, steps->state);
}

/* Given by the caller, or here, or before the first FROM; all see what was set before this ARG. */
static void set_arguments(struct steps *steps, const struct instruction *in)
{
	struct scope set = {0};

	for (size_t i = 0; i < in->args.count; i++) {
		const char *text = in->args.at[i], *equals = strchr(text, '=');
		FREED char *written = strndup(text, strcspn(text, "="));
		FREED char *name = steps_expand(steps, in, 0, written);
		FREED char *given = equals ? steps_expand(steps, in, 0, equals + 1) : NULL;
		const char *value = build_given(steps->build, name);

		if (!value)
			value = given ? given : scope_get(&steps->build->global, name);
		if (value)
			scope_set(&set, name, value);
	}
	for (size_t i = 0; i < set.entries.count; i++) {
		char *value = strchr(set.entries.at[i], '=');

		*value = '\0';
		scope_set(&steps->state->args, set.entries.at[i], value + 1);
	}
}

static void show(struct steps *steps, const struct instruction *in, struct step *step)
{
	if (steps->shown == MOST_STEPS)
		dockerfile_bad(steps->file, in, "too many steps");
	for (size_t i = 0; i < step->changes.count; i++) {
		FREED char *where = xprintf("%s:%zu", steps->file->name, step->line);

		effort_spend(64 * steps->state->env.entries.count + 1024);
		image_change_for(steps->state->config, step->changes.at[i], where);
	}
	if (steps->silent)
		return;
	steps->shown++;
	step_show(steps, step);
}

static void take_instruction(struct steps *steps, const struct instruction *in)
{
	struct step step = {.instruction = in->is->name,
	                    .form = "",
	                    .line = steps->line ? steps->line : in->line};

	if (in->is->form == FORM_VARIABLES) {
		set_arguments(steps, in);
		return;
	}
	if (!step_config(steps, in, &step))
		step_layer(steps, in, &step);
	show(steps, in, &step);
}

/* Those of the base are there once. Each is as a Dockerfile of its own. */
static void take_triggers(struct steps *steps, size_t line)
{
	struct list triggers = steps->state->onbuild;
	const struct dockerfile *before = steps->file;

	steps->state->onbuild = (struct list){0};
	steps->line = line;
	for (size_t i = 0; i < triggers.count; i++) {
		struct dockerfile file = {0};

		dockerfile_parse(&file, "ONBUILD", xstrdup(triggers.at[i]), true);
		steps->file = &file;
		for (size_t j = 0; j < file.count; j++)
			take_instruction(steps, &file.at[j]);
	}
	steps->file = before;
	steps->line = 0;
}

static void take_stage(struct steps *steps, const struct stage *stage)
{
	steps->stage = stage;
	steps->state->has_cmd = false;
	take_triggers(steps, steps->file->at[stage->first].line);
	for (size_t i = stage->first + 1; i < stage->end; i++)
		take_instruction(steps, &steps->file->at[i]);
}

void steps_show(const struct build *build, const struct stage *stage, struct state *state,
                enum build_format format)
{
	struct steps steps = {.build = build,
	                      .file = &build->file,
	                      .state = state,
	                      .format = format};
	size_t *chain = xalloc((build->count + 1) * sizeof(*chain)), count = 0;

	if (!state->shell.count) {
		list_add(&state->shell, xstrdup("/bin/sh"));
		list_add(&state->shell, xstrdup("-c"));
	}
	for (; stage->base_stage >= 0; stage = &build->stages[stage->base_stage])
		chain[count++] = stage->number;
	chain[count++] = stage->number;
	while (count-- > 0) {
		steps.silent = count > 0;
		take_stage(&steps, &build->stages[chain[count]]);
	}
	free(chain);
}
