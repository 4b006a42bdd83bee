/* Values as Go and JSON print them: see tpl_value.h. */
#define _GNU_SOURCE
#include "tpl_value.h"

#include "io.h"
#include "mountinfo.h"
#include "text.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

void tpl_real(char text[TPL_REAL_SIZE], double real, int least, int most)
{
	int digits = 0;

	if (!isfinite(real)) {
		(void)stpcpy(text, isnan(real) ? "NaN" : real < 0 ? "-Inf" : "+Inf");
		return;
	}
	do
		(void)snprintf(text, TPL_REAL_SIZE, "%.*e", digits, real);
	while (strtod(text, NULL) != real && digits++ < 17);
	int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
	if (exponent >= least && exponent < most)
		(void)snprintf(text, TPL_REAL_SIZE, "%.*f",
		               digits > exponent ? digits - exponent : 0, real);
}

static void print_real(FILE *out, double real, int least, int most)
{
	char text[TPL_REAL_SIZE];

	tpl_real(text, real, least, most);
	fputs(text, out);
}

static void print_list(struct tpl_run *run, FILE *out, const json_t *list)
{
	json_t *json;
	size_t i;

	putc('[', out);
	json_array_foreach(list, i, json)
	{
		struct tpl_value value = tpl_from_json(run, json);

		if (i)
			putc(' ', out);
		tpl_print(run, out, &value);
	}
	putc(']', out);
}

static void print_map(struct tpl_run *run, FILE *out, const json_t *map)
{
	FREED const char **keys = tpl_keys(map);

	fputs("map[", out);
	for (size_t i = 0; i < json_object_size(map); i++) {
		struct tpl_value value = tpl_from_json(run, json_object_get(map, keys[i]));

		struct tpl_value key = tpl_string(run, keys[i], strlen(keys[i]));

		if (i)
			putc(' ', out);
		tpl_print(run, out, &key);
		putc(':', out);
		tpl_print(run, out, &value);
	}
	putc(']', out);
}

static void print_row(struct tpl_run *run, FILE *out)
{
	const struct tpl_fields *fields = run->rules->fields;

	fputs("map[", out);
	for (size_t i = 0; i < fields->count; i++)
		fprintf(out, "%s%s:%s", i ? " " : "", fields->names[fields->order[i]],
		        run->row[fields->order[i]]);
	putc(']', out);
}

void tpl_print(struct tpl_run *run, FILE *out, const struct tpl_value *value)
{
	switch (value->kind) {
	case TPL_TEXT:
		fwrite_unlocked(value->text.at, 1, value->text.length, out);
		break;
	case TPL_INT:
		fprintf(out, "%" PRId64, value->integer);
		break;
	case TPL_FLOAT:
		print_real(out, value->real, -4, 6);
		break;
	case TPL_BOOL:
		fputs(value->truth ? "true" : "false", out);
		break;
	case TPL_LIST:
		print_list(run, out, value->json);
		break;
	case TPL_MAP:
		print_map(run, out, value->json);
		break;
	case TPL_ROW:
		print_row(run, out);
		break;
	case TPL_NULL:
		if (run->rules->may_lack && !value->may_lack) {
			fputs("[]", out);
			break;
		}
		__attribute__((fallthrough));
	case TPL_NOTHING:
		fputs("<nil>", out);
		break;
	}
}

static void print_json(FILE *out, const json_t *json);

static void print_json_object(FILE *out, const json_t *json)
{
	const char *before = "{", *key;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)json, key, member)
	{
		fputs(before, out);
		before = ",";
		text_json_to(out, key, strlen(key));
		putc(':', out);
		print_json(out, member);
	}
	fputs(*before == '{' ? "{}" : "}", out);
}

static void print_json_array(FILE *out, const json_t *json)
{
	json_t *member;
	size_t i;

	putc('[', out);
	json_array_foreach(json, i, member)
	{
		if (i)
			putc(',', out);
		print_json(out, member);
	}
	putc(']', out);
}

static void print_json(FILE *out, const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		print_json_object(out, json);
		break;
	case JSON_ARRAY:
		print_json_array(out, json);
		break;
	case JSON_STRING:
		text_json_to(out, json_string_value(json), json_string_length(json));
		break;
	case JSON_INTEGER:
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
		break;
	case JSON_REAL:
		print_real(out, json_real_value(json), -6, 21);
		break;
	default:
		fputs(json_is_null(json) ? "null" : json_is_true(json) ? "true" : "false", out);
		break;
	}
}

static void print_json_row(struct tpl_run *run, FILE *out)
{
	const struct tpl_fields *fields = run->rules->fields;

	for (size_t i = 0; i < fields->count; i++) {
		struct tpl_value value = tpl_field(run, fields->order[i]);

		fputs(i ? ",\"" : "{\"", out);
		fputs(fields->names[fields->order[i]], out);
		fputs("\":", out);
		tpl_print_json(run, out, &value);
	}
	putc('}', out);
}

static void print_json_text(FILE *out, const struct tpl_value *text)
{
	if (!text->escaped) {
		text_json_to(out, text->text.at, text->text.length);
		return;
	}
	FREED char *plain = xprintf("%.*s", (int)text->text.length, text->text.at);
	mounts_unescape(plain);
	text_json_to(out, plain, strlen(plain));
}

void tpl_print_json(struct tpl_run *run, FILE *out, const struct tpl_value *value)
{
	switch (value->kind) {
	case TPL_TEXT:
		print_json_text(out, value);
		break;
	case TPL_LIST:
	case TPL_MAP:
		print_json(out, value->json);
		break;
	case TPL_ROW:
		print_json_row(run, out);
		break;
	case TPL_NULL:
	case TPL_NOTHING:
		fputs("null", out);
		break;
	case TPL_FLOAT:
		print_real(out, value->real, -6, 21);
		break;
	default:
		tpl_print(run, out, value);
		break;
	}
}
