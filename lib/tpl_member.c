/* From a value to those in it: see tpl_value.h. */
#define _GNU_SOURCE
#include "tpl_value.h"

#include "io.h"
#include <inttypes.h>
#include <string.h>

static const struct tpl_value nothing;

static bool may_lack(const struct tpl_run *run, const char *name)
{
	const struct list *names = run->rules->may_lack;

	for (size_t i = 0; names && i < names->count; i++)
		if (!strcmp(names->at[i], name))
			return true;
	return false;
}

/* What is named with a dot: Go tells structures, which have it or not, from maps. */
static struct tpl_value member_of_map(struct tpl_run *run, const struct tpl_value *of,
                                      const char *name, const char *at)
{
	json_t *json = json_object_get(of->json, name);
	struct tpl_value value = {.kind = TPL_NULL};

	if (json)
		value = tpl_from_json(run, json);
	else if (!run->rules->may_lack || of->may_lack)
		return nothing;
	value.may_lack = may_lack(run, name);
	if (!json && !value.may_lack)
		tpl_fault(run->template, at, "there is no .%s here", name);
	return value;
}

static struct tpl_value member_of_row(struct tpl_run *run, const char *name, const char *at)
{
	const struct tpl_fields *fields = run->rules->fields;

	for (size_t i = 0; i < fields->count; i++)
		if (!strcmp(fields->names[i], name))
			return tpl_field(run, i);
	tpl_fault(run->template, at, "there is no .%s here", name);
}

struct tpl_value tpl_member(struct tpl_run *run, const struct tpl_value *of, const char *name,
                            const char *at)
{
	if (run->heading && !run->rules->fields) {
		char *heading = tpl_heading(run->rules, name);

		return tpl_own(run, heading, strlen(heading));
	}
	switch (of->kind) {
	case TPL_MAP:
		return member_of_map(run, of, name, at);
	case TPL_ROW:
		return member_of_row(run, name, at);
	case TPL_NOTHING:
		return nothing;
	case TPL_NULL:
		tpl_fault(run->template, at, "nil pointer evaluating .%s", name);
	default:
		tpl_fault(run->template, at, "can't evaluate field %s in type %s", name,
		          tpl_kind_name(of));
	}
}

/* What Go has where a map has nothing: the zero value of the map's type. */
static struct tpl_value zero_of(struct tpl_run *run, json_t *map)
{
	void *first = json_object_iter(map);
	const json_t *example = first ? json_object_iter_value(first) : NULL;

	if (!run->rules->may_lack)
		return nothing;
	if (json_is_integer(example))
		return tpl_number(0);
	if (json_is_boolean(example))
		return tpl_truth(false);
	if (!example || json_is_string(example))
		return tpl_text("", 0);
	return (struct tpl_value){.kind = TPL_NULL};
}

static struct tpl_value index_map(struct tpl_run *run, const struct tpl_value *of,
                                  const struct tpl_value *index, const char *at)
{
	if (index->kind != TPL_TEXT)
		tpl_fault(run->template, at, "value has type %s; should be string",
		          tpl_kind_name(index));
	FREED char *key = xprintf("%.*s", (int)index->text.length, index->text.at);
	json_t *json = json_object_get(of->json, key);
	return json ? tpl_from_json(run, json) : zero_of(run, of->json);
}

static size_t check_index(struct tpl_run *run, const struct tpl_value *index, size_t count,
                          const char *at)
{
	if (index->kind != TPL_INT)
		tpl_fault(run->template, at, "cannot index with type %s", tpl_kind_name(index));
	if (index->integer < 0 || (uint64_t)index->integer >= count)
		tpl_fault(run->template, at, "index out of range: %" PRId64, index->integer);
	return (size_t)index->integer;
}

struct tpl_value tpl_index(struct tpl_run *run, const struct tpl_value *of,
                           const struct tpl_value *index, const char *at)
{
	switch (of->kind) {
	case TPL_MAP:
		return index_map(run, of, index, at);
	case TPL_LIST:
		return tpl_from_json(run,
		                     json_array_get(of->json,
		                                    check_index(run, index,
		                                                json_array_size(of->json), at)));
	case TPL_TEXT:
		return tpl_number(
		        (unsigned char)of->text.at[check_index(run, index, of->text.length, at)]);
	case TPL_NULL:
		/* Where types are known, it is a list or a map. */
		if (run->rules->may_lack && index->kind == TPL_TEXT)
			return tpl_text("", 0);
		if (run->rules->may_lack)
			check_index(run, index, 0, at);
		__attribute__((fallthrough));
	case TPL_NOTHING:
		tpl_fault(run->template, at, "index of untyped nil");
	default:
		tpl_fault(run->template, at, "can't index item of type %s", tpl_kind_name(of));
	}
}
