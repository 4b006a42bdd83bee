/* The functions of templates, Go's own: see tpl_tree.h. */
#define _GNU_SOURCE
#include "tpl_tree.h"

#include <string.h>

const struct tpl_value *tpl_want(const struct tpl_call *call, int i, enum tpl_kind kind)
{
	const struct tpl_value *arg = &call->args[i];

	if (arg->kind != kind)
		tpl_fault(call->run->template, call->at,
		          "wrong type of value for %s: expected %s, got %s", call->function->name,
		          tpl_kind_name(&(struct tpl_value){.kind = kind}), tpl_kind_name(arg));
	return arg;
}

/* tpl_evaluate() has stopped at the argument that decides, unless it is the last. */
static struct tpl_value call_and_or(const struct tpl_call *call)
{
	bool ends;

	(void)tpl_is_lazy(call->function, &ends);
	for (int i = 0; i < call->count; i++)
		if (tpl_is_true(&call->args[i]) == ends)
			return call->args[i];
	return call->args[call->count - 1];
}

static struct tpl_value call_not(const struct tpl_call *call)
{
	return tpl_truth(!tpl_is_true(&call->args[0]));
}

/* Any of the others. */
static struct tpl_value call_eq(const struct tpl_call *call)
{
	for (int i = 1; i < call->count; i++)
		if (!tpl_compare(call->run, &call->args[0], &call->args[i], true, call->at))
			return tpl_truth(true);
	return tpl_truth(false);
}

static struct tpl_value call_ne(const struct tpl_call *call)
{
	return tpl_truth(tpl_compare(call->run, &call->args[0], &call->args[1], true, call->at));
}

static int order(const struct tpl_call *call)
{
	return tpl_compare(call->run, &call->args[0], &call->args[1], false, call->at);
}

static struct tpl_value call_lt(const struct tpl_call *call)
{
	return tpl_truth(order(call) < 0);
}

static struct tpl_value call_le(const struct tpl_call *call)
{
	return tpl_truth(order(call) <= 0);
}

static struct tpl_value call_gt(const struct tpl_call *call)
{
	return tpl_truth(order(call) > 0);
}

static struct tpl_value call_ge(const struct tpl_call *call)
{
	return tpl_truth(order(call) >= 0);
}

static struct tpl_value call_len(const struct tpl_call *call)
{
	const struct tpl_value *arg = &call->args[0];

	switch (arg->kind) {
	case TPL_TEXT:
		return tpl_number((int64_t)arg->text.length);
	case TPL_LIST:
		return tpl_number((int64_t)json_array_size(arg->json));
	case TPL_MAP:
		return tpl_number((int64_t)json_object_size(arg->json));
	case TPL_NULL:
		if (call->run->rules->may_lack)
			return tpl_number(0);
		__attribute__((fallthrough));
	default:
		tpl_fault(call->run->template, call->at, "len of type %s", tpl_kind_name(arg));
	}
}

static struct tpl_value call_index(const struct tpl_call *call)
{
	struct tpl_value value = call->args[0];

	if (value.kind == TPL_NOTHING)
		tpl_fault(call->run->template, call->at, "index of untyped nil");
	for (int i = 1; i < call->count; i++)
		value = tpl_index(call->run, &value, &call->args[i], call->at);
	return value;
}

static struct tpl_value sub_list(const struct tpl_call *call, json_t *list, const size_t bounds[2])
{
	struct tpl_value value = tpl_new_list(call->run);

	for (size_t i = bounds[0]; i < bounds[1]; i++)
		(void)json_array_append(value.json, json_array_get(list, i));
	return value;
}

static struct tpl_value call_slice(const struct tpl_call *call)
{
	bool is_list = call->args[0].kind == TPL_LIST;
	struct tpl_value value = *(is_list ? &call->args[0] : tpl_want(call, 0, TPL_TEXT));
	size_t length = is_list ? json_array_size(value.json) : value.text.length;
	size_t bounds[2] = {0, length};

	for (int i = 1; i < call->count; i++) {
		int64_t bound = tpl_want(call, i, TPL_INT)->integer;

		if (bound < 0 || (uint64_t)bound > length)
			tpl_fault(call->run->template, call->at, "index out of range: %lld",
			          (long long)bound);
		bounds[i - 1] = (size_t)bound;
	}
	if (bounds[0] > bounds[1])
		tpl_fault(call->run->template, call->at, "invalid slice index: %zu > %zu",
		          bounds[0], bounds[1]);
	if (is_list)
		return sub_list(call, value.json, bounds);
	value.text.at += bounds[0];
	value.text.length = bounds[1] - bounds[0];
	return value;
}

/* Between what print prints is a blank, unless one of the two is a string. */
static void print_args(const struct tpl_call *call, FILE *out, bool is_line)
{
	for (int i = 0; i < call->count; i++) {
		if (i && (is_line ||
		          (call->args[i].kind != TPL_TEXT && call->args[i - 1].kind != TPL_TEXT)))
			putc(' ', out);
		tpl_print(call->run, out, &call->args[i]);
	}
	if (is_line)
		putc('\n', out);
}

static void write_print(const struct tpl_call *call, FILE *out)
{
	print_args(call, out, false);
}

static void write_println(const struct tpl_call *call, FILE *out)
{
	print_args(call, out, true);
}

static void write_printf(const struct tpl_call *call, FILE *out)
{
	tpl_printf(call->run, out, tpl_want(call, 0, TPL_TEXT), call->args + 1,
	           (size_t)call->count - 1);
}

static void write_json(const struct tpl_call *call, FILE *out)
{
	tpl_print_json(call->run, out, &call->args[0]);
}

/* What a function writes is its result. */
static struct tpl_value written(const struct tpl_call *call,
                                void (*writer)(const struct tpl_call *call, FILE *out))
{
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		fail(NULL, "memory");
	writer(call, out);
	if (fclose(out))
		fail(NULL, "memory");
	return tpl_own(call->run, text, length);
}

#define WRITTEN(name)                                                                              \
	static struct tpl_value call_##name(const struct tpl_call *call)                           \
	{                                                                                          \
		return written(call, write_##name);                                                \
	}
WRITTEN(print)
WRITTEN(println)
WRITTEN(printf)
WRITTEN(json)

static const struct tpl_function functions[] = {
        {"and",  1, -1, call_and_or, false},
        {"or",    1, -1, call_and_or, false},
        {"not", 1, 1, call_not, false},
        {"eq",   2, -1, call_eq, false},
        {"ne",    2, 2, call_ne, false},
        {"lt", 2, 2, call_lt, false},
        {"le",  2, 2, call_le, false},
        {"gt",     2, 2, call_gt, false},
        {"ge", 2, 2, call_ge, false},
        {"len",   1, 1, call_len, false},
        {"index",    1, -1, call_index, true},
        {"slice", 1, 3, call_slice, true},
        {"print",   0, -1, call_print, false},
        {"println",     0, -1, call_println, false},
        {"printf", 1, -1, call_printf, false},
        {"json",   1, 1, call_json, true},
        {0    },
};

static const struct tpl_function *find(const struct tpl_function *table, const char *name,
                                       size_t length)
{
	for (; table->name; table++)
		if (strlen(table->name) == length && !strncmp(table->name, name, length))
			return table;
	return NULL;
}

const struct tpl_function *tpl_find_function(const char *name, size_t length)
{
	const struct tpl_function *function = find(functions, name, length);

	return function ? function : find(tpl_string_functions, name, length);
}

bool tpl_is_lazy(const struct tpl_function *function, bool *ends)
{
	*ends = function == &functions[1];
	return function <= &functions[1] && function >= &functions[0];
}
