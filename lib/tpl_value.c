/* Values of templates: see tpl_value.h. */
#define _GNU_SOURCE
#include "tpl_value.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void tpl_fault(const char *template, const char *at, const char *format, ...)
{
	size_t line = 1;
	const char *start = template;
	char *why;
	va_list args;

	for (const char *s = template; s < at; s++)
		if (*s == '\n') {
			line++;
			start = s + 1;
		}
	va_start(args, format);
	if (vasprintf(&why, format, args) < 0)
		fail(NULL, "memory");
	va_end(args);
	refuse("template", "%s, at %zu:%zu", why, line, (size_t)(at - start) + 1);
}

const char *tpl_kind_name(const struct tpl_value *value)
{
	static const char *const names[] = {
	        [TPL_NOTHING] = "nil", [TPL_NULL] = "nil",      [TPL_BOOL] = "bool",
	        [TPL_INT] = "int",     [TPL_FLOAT] = "float64", [TPL_TEXT] = "string",
	        [TPL_LIST] = "list",   [TPL_MAP] = "map",       [TPL_ROW] = "row",
	};

	return names[value->kind];
}

struct tpl_value tpl_text(const char *s, size_t length)
{
	return (struct tpl_value){
	        .kind = TPL_TEXT, .text = {s, length}
        };
}

struct tpl_value tpl_truth(bool truth)
{
	return (struct tpl_value){.kind = TPL_BOOL, .truth = truth};
}

struct tpl_value tpl_number(int64_t number)
{
	return (struct tpl_value){.kind = TPL_INT, .integer = number};
}

struct tpl_value tpl_own(struct tpl_run *run, char *s, size_t length)
{
	list_add(&run->memory, s);
	return tpl_text(s, length);
}

struct tpl_value tpl_new_list(struct tpl_run *run)
{
	json_t *list = json_array();

	if (!run->garbage)
		run->garbage = json_array();
	if (json_array_append_new(run->garbage, list))
		fail(NULL, "memory");
	return (struct tpl_value){.kind = TPL_LIST, .json = list};
}

static bool is_plain(char c)
{
	return (unsigned char)c >= ' ' && c != '\\' && c != 0x7f;
}

/* As text_field() does it. */
static struct tpl_value escape(struct tpl_run *run, const char *s, size_t length)
{
	char *copy = xalloc(4 * length + 1), *to = copy;

	for (size_t i = 0; i < length; i++)
		if (is_plain(s[i]))
			*to++ = s[i];
		else
			to += sprintf(to, "\\%03o", (unsigned char)s[i]);
	struct tpl_value value = tpl_own(run, copy, (size_t)(to - copy));
	value.escaped = true;
	return value;
}

struct tpl_value tpl_string(struct tpl_run *run, const char *s, size_t length)
{
	for (size_t i = 0; run->rules->escape && i < length; i++)
		if (!is_plain(s[i]))
			return escape(run, s, length);
	return tpl_text(s, length);
}

struct tpl_value tpl_from_json(struct tpl_run *run, json_t *json)
{
	struct tpl_value value = {.kind = TPL_NULL};

	switch (json_typeof(json)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		value.kind = json_is_array(json) ? TPL_LIST : TPL_MAP;
		value.json = json;
		break;
	case JSON_STRING:
		return tpl_string(run, json_string_value(json), json_string_length(json));
	case JSON_INTEGER:
		return tpl_number(json_integer_value(json));
	case JSON_REAL:
		value.kind = TPL_FLOAT;
		value.real = json_real_value(json);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		return tpl_truth(json_is_true(json));
	case JSON_NULL:
		break;
	}
	return value;
}

struct tpl_value tpl_field(struct tpl_run *run, size_t field)
{
	struct tpl_value value = tpl_text(run->row[field], strlen(run->row[field]));
	char *end;

	value.escaped = memchr(value.text.at, '\\', value.text.length);
	if (!run->rules->fields->numbers[field] || run->heading)
		return value;
	long long number = strtoll(value.text.at, &end, 10);
	return *end || !value.text.length ? value : tpl_number(number);
}

bool tpl_is_true(const struct tpl_value *value)
{
	switch (value->kind) {
	case TPL_BOOL:
		return value->truth;
	case TPL_INT:
		return value->integer;
	case TPL_FLOAT:
		return value->real != 0;
	case TPL_TEXT:
		return value->text.length;
	case TPL_LIST:
		return json_array_size(value->json);
	case TPL_MAP:
		return json_object_size(value->json);
	case TPL_ROW:
		return true;
	case TPL_NOTHING:
	case TPL_NULL:
		break;
	}
	return false;
}

static int compare_texts(const struct tpl_value *a, const struct tpl_value *b)
{
	size_t common = a->text.length < b->text.length ? a->text.length : b->text.length;
	int order = memcmp(a->text.at, b->text.at, common);

	if (order)
		return order;
	return a->text.length == b->text.length ? 0 : a->text.length < b->text.length ? -1 : 1;
}

int tpl_compare(struct tpl_run *run, const struct tpl_value *a, const struct tpl_value *b,
                bool equal, const char *at)
{
	bool a_is_nil = a->kind == TPL_NULL || a->kind == TPL_NOTHING;
	bool b_is_nil = b->kind == TPL_NULL || b->kind == TPL_NOTHING;

	if (equal && (a_is_nil || b_is_nil))
		return a_is_nil != b_is_nil;
	if (a->kind != b->kind)
		tpl_fault(run->template, at, "incompatible types for comparison: %s and %s",
		          tpl_kind_name(a), tpl_kind_name(b));
	switch (a->kind) {
	case TPL_INT:
		return a->integer == b->integer ? 0 : a->integer < b->integer ? -1 : 1;
	case TPL_FLOAT:
		return a->real == b->real ? 0 : a->real < b->real ? -1 : 1;
	case TPL_TEXT:
		return compare_texts(a, b);
	case TPL_BOOL:
		if (equal)
			return a->truth != b->truth;
		break;
	default:
		break;
	}
	tpl_fault(run->template, at, "a %s cannot be compared", tpl_kind_name(a));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **tpl_keys(const json_t *map)
{
	size_t count = 0;
	const char *key;
	json_t *value;

	if (!json_object_size(map))
		return NULL;
	const char **keys = xalloc(json_object_size(map) * sizeof(*keys));
	json_object_foreach((json_t *)(uintptr_t)map, key, value) keys[count++] = key;
	qsort(keys, count, sizeof(*keys), by_name);
	return keys;
}
