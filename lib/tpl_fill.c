/* Templates filled in: see tpl.h. */
#define _GNU_SOURCE
#include "tpl_tree.h"

#include <stdlib.h>
#include <string.h>

enum flow { GO_ON, BREAK, CONTINUE };
enum { MOST_NUMBERS = 1000000 };

static enum flow fill(struct tpl_run *run, const struct tpl_node *nodes,
                      const struct tpl_value *dot);

static void set_slots(struct tpl_run *run, const struct tpl_pipe *pipe, const struct tpl_value *key,
                      const struct tpl_value *element)
{
	if (pipe->slot_count)
		run->slots[pipe->slots[pipe->slot_count - 1]] = *element;
	if (pipe->slot_count == 2)
		run->slots[pipe->slots[0]] = *key;
}

static void range_list(struct tpl_run *run, const struct tpl_node *node, json_t *list)
{
	size_t i;
	json_t *json;

	json_array_foreach(list, i, json)
	{
		struct tpl_value key = tpl_number((int64_t)i), element = tpl_from_json(run, json);

		set_slots(run, node->pipe, &key, &element);
		if (fill(run, node->body, &element) == BREAK)
			break;
	}
}

static void range_map(struct tpl_run *run, const struct tpl_node *node, json_t *map)
{
	const char **keys = tpl_keys(map);

	for (size_t i = 0; i < json_object_size(map); i++) {
		struct tpl_value key = tpl_string(run, keys[i], strlen(keys[i]));
		struct tpl_value element = tpl_from_json(run, json_object_get(map, keys[i]));

		set_slots(run, node->pipe, &key, &element);
		if (fill(run, node->body, &element) == BREAK)
			break;
	}
	free(keys);
}

static void range_number(struct tpl_run *run, const struct tpl_node *node, int64_t end)
{
	if (end > MOST_NUMBERS) /* the output is kept until it is whole */
		tpl_fault(run->template, node->pipe->at, "so many numbers are too many");
	for (int64_t i = 0; i < end; i++) {
		struct tpl_value value = tpl_number(i);

		set_slots(run, node->pipe, &value, &value);
		if (fill(run, node->body, &value) == BREAK)
			break;
	}
}

static enum flow range(struct tpl_run *run, const struct tpl_node *node,
                       const struct tpl_value *dot)
{
	struct tpl_value value = tpl_evaluate(run, node->pipe, dot);

	switch (value.kind) {
	case TPL_LIST:
		range_list(run, node, value.json);
		break;
	case TPL_MAP:
		range_map(run, node, value.json);
		break;
	case TPL_INT:
		range_number(run, node, value.integer);
		break;
	case TPL_NULL:
	case TPL_NOTHING:
		break;
	case TPL_TEXT:
		/* Of a map that has nothing there, see tpl_index(), or what is called so. */
		if (run->heading || (run->rules->may_lack && !value.text.length))
			return GO_ON;
		__attribute__((fallthrough));
	default:
		tpl_fault(run->template, node->pipe->at, "range can't iterate over a %s",
		          tpl_kind_name(&value));
	}
	return tpl_is_true(&value) ? GO_ON : fill(run, node->otherwise, dot);
}

static enum flow branch(struct tpl_run *run, const struct tpl_node *node,
                        const struct tpl_value *dot)
{
	struct tpl_value value = tpl_evaluate(run, node->pipe, dot);

	if (!tpl_is_true(&value))
		return fill(run, node->otherwise, dot);
	return fill(run, node->body, node->kind == NODE_WITH ? &value : dot);
}

static void print(struct tpl_run *run, const struct tpl_value *value)
{
	bool is_null = value->kind == TPL_NULL && !run->rules->may_lack;

	if (value->kind == TPL_NOTHING || is_null)
		fputs("<no value>", run->out);
	else
		tpl_print(run, run->out, value);
}

static enum flow fill(struct tpl_run *run, const struct tpl_node *nodes,
                      const struct tpl_value *dot)
{
	enum flow flow = GO_ON;
	struct tpl_value value;

	for (const struct tpl_node *node = nodes; node && flow == GO_ON; node = node->next)
		switch (node->kind) {
		case NODE_TEXT:
			fwrite_unlocked(node->at, 1, node->length, run->out);
			break;
		case NODE_PRINT:
		case NODE_SET:
			value = tpl_evaluate(run, node->pipe, dot);
			if (node->kind == NODE_PRINT)
				print(run, &value);
			break;
		case NODE_IF:
		case NODE_WITH:
			flow = branch(run, node, dot);
			break;
		case NODE_RANGE:
			flow = range(run, node, dot);
			break;
		case NODE_BREAK:
			return BREAK;
		case NODE_CONTINUE:
			return CONTINUE;
		}
	return flow;
}

static void run_with(struct tpl *tpl, struct tpl_run *run, const struct tpl_value *dot)
{
	run->rules = tpl->rules;
	run->template = tpl->text;
	run->slots = tpl->slots;
	memset(run->slots, 0, tpl->slot_count * sizeof(*run->slots));
	run->slots[0] = *dot;
	(void)fill(run, tpl->nodes, dot);
	for (size_t i = 0; i < run->memory.count; i++)
		free(run->memory.at[i]);
	free(run->memory.at);
	json_decref(run->garbage);
}

void tpl_fill(struct tpl *tpl, json_t *value, FILE *out)
{
	struct tpl_run run = {.rules = tpl->rules, .out = out};
	struct tpl_value dot = tpl_from_json(&run, value);

	run_with(tpl, &run, &dot);
}

void tpl_fill_row(struct tpl *tpl, char *const *row, FILE *out)
{
	struct tpl_run run = {.row = row, .out = out};

	run_with(tpl, &run, &(struct tpl_value){.kind = TPL_ROW});
}

void tpl_fill_heading(struct tpl *tpl, FILE *out)
{
	const struct tpl_fields *fields = tpl->rules->fields;
	struct tpl_run run = {.row = fields ? fields->headings : NULL, .heading = true, .out = out};

	/* Of JSON, any member has a heading, and the whole has none. */
	struct tpl_value dot = tpl_text("", 0);
	if (fields)
		dot.kind = TPL_ROW;
	run_with(tpl, &run, &dot);
}
