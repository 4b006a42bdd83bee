/* What stands in actions, evaluated: see tpl_tree.h. */
#define _GNU_SOURCE
#include "tpl_tree.h"

static struct tpl_value value_of_call(struct tpl_run *run, const struct tpl_term *term,
                                      const struct tpl_value *args, size_t count)
{
	const struct tpl_function *function = term->function;
	struct tpl_call call = {
	        .run = run,
	        .at = term->at,
	        .function = function,
	        .args = args,
	        .count = (int)count,
	};

	if (call.count < function->least || (function->most >= 0 && call.count > function->most))
		tpl_fault(run->template, term->at, "wrong number of args for %s: want %s%d, got %d",
		          function->name, function->most == function->least ? "" : "at least ",
		          function->least, call.count);
	if (run->heading && function->heading)
		return args[0];
	return function->call(&call);
}

static struct tpl_value value_of_term(struct tpl_run *run, const struct tpl_term *term,
                                      const struct tpl_value *dot)
{
	struct tpl_value value;

	switch (term->kind) {
	case TERM_DOT:
		value = *dot;
		break;
	case TERM_FIELD:
		value = tpl_field(run, term->number);
		break;
	case TERM_VALUE:
		return term->value;
	case TERM_VARIABLE:
		value = run->slots[term->number];
		break;
	case TERM_FUNCTION:
		return value_of_call(run, term, NULL, 0);
	case TERM_PIPE:
		value = tpl_evaluate(run, term->pipe, dot);
		break;
	}
	for (size_t i = 0; i < term->chain.names.count; i++)
		value = tpl_member(run, &value, term->chain.names.at[i], term->chain.at[i]);
	return value;
}

static struct tpl_value value_of_command(struct tpl_run *run, const struct tpl_command *command,
                                         const struct tpl_value *dot, const struct tpl_value *piped)
{
	const struct tpl_term *first = command->terms;
	struct tpl_value args[TPL_ARGUMENTS];
	size_t count = 0;
	bool ends;

	if (first->kind != TERM_FUNCTION)
		return value_of_term(run, first, dot);
	bool lazy = tpl_is_lazy(first->function, &ends) && command->count > 1;
	for (size_t i = 1; i < command->count; i++) {
		args[count++] = value_of_term(run, &command->terms[i], dot);
		if (lazy && tpl_is_true(&args[count - 1]) == ends)
			return args[count - 1];
	}
	if (piped)
		args[count++] = *piped;
	return value_of_call(run, first, args, count);
}

struct tpl_value tpl_evaluate(struct tpl_run *run, const struct tpl_pipe *pipe,
                              const struct tpl_value *dot)
{
	struct tpl_value value = {0};

	for (size_t i = 0; i < pipe->count; i++)
		value = value_of_command(run, pipe->commands[i], dot, i ? &value : NULL);
	if (pipe->slot_count == 1)
		run->slots[pipe->slots[0]] = value;
	return value;
}
