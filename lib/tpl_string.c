/* The functions of templates that Docker adds, for strings: see tpl_tree.h. */
#define _GNU_SOURCE
#include "tpl_tree.h"

#include <ctype.h>
#include <string.h>

enum { MOST_BLANKS = 1000000 };

/* The first argument, a string, changed byte by byte. Letters other than ASCII's stay. */
static struct tpl_value map_bytes(const struct tpl_call *call, int (*change)(int before, int c))
{
	const struct tpl_value *arg = tpl_want(call, 0, TPL_TEXT);
	char *copy = xalloc(arg->text.length + 1);
	int before = ' ';

	for (size_t i = 0; i < arg->text.length; i++) {
		unsigned char c = (unsigned char)arg->text.at[i];

		copy[i] = (char)change(before, c);
		before = c;
	}
	struct tpl_value value = tpl_own(call->run, copy, arg->text.length);
	value.escaped = arg->escaped;
	return value;
}

static int to_lower(int before, int c)
{
	(void)before;
	return tolower(c);
}

static int to_upper(int before, int c)
{
	(void)before;
	return toupper(c);
}

/* Go takes an apostrophe for the end of a word, and _ for a part of it. */
static int to_title(int before, int c)
{
	return isalnum(before) || before == '_' || before >= 0x80 ? c : toupper(c);
}

static struct tpl_value call_lower(const struct tpl_call *call)
{
	return map_bytes(call, to_lower);
}

static struct tpl_value call_upper(const struct tpl_call *call)
{
	return map_bytes(call, to_upper);
}

static struct tpl_value call_title(const struct tpl_call *call)
{
	return map_bytes(call, to_title);
}

/* How many bytes belong to the next piece: all up to a separator, or a character. */
static size_t piece_length(const char *s, size_t left, const struct tpl_value *separator)
{
	size_t length = 1;

	if (separator->text.length) {
		const char *end = memmem(s, left, separator->text.at, separator->text.length);

		return end ? (size_t)(end - s) : left;
	}
	while (length < left && (s[length] & 0xc0) == 0x80)
		length++;
	return left ? length : 0;
}

static struct tpl_value call_split(const struct tpl_call *call)
{
	const struct tpl_value *separator = tpl_want(call, 1, TPL_TEXT);
	const struct tpl_value *arg = tpl_want(call, 0, TPL_TEXT);
	struct tpl_value value = tpl_new_list(call->run);
	const char *s = arg->text.at;
	size_t left = arg->text.length;
	bool more = left || separator->text.length;

	while (more) {
		size_t length = piece_length(s, left, separator);

		(void)json_array_append_new(value.json, json_stringn_nocheck(s, length));
		s += length;
		left -= length;
		more = left;
		if (left && separator->text.length) {
			s += separator->text.length;
			left -= separator->text.length;
		}
	}
	return value;
}

static struct tpl_value call_join(const struct tpl_call *call)
{
	const struct tpl_value *separator = tpl_want(call, 1, TPL_TEXT);
	char *text;
	size_t length, i;
	json_t *json;

	if (call->args[0].kind == TPL_NULL || call->args[0].kind == TPL_NOTHING)
		return tpl_text("", 0);
	json_t *list = tpl_want(call, 0, TPL_LIST)->json;
	FILE *out = open_memstream(&text, &length);
	if (!out)
		fail(NULL, "memory");
	json_array_foreach(list, i, json)
	{
		struct tpl_value value = tpl_from_json(call->run, json);

		if (value.kind != TPL_TEXT)
			tpl_fault(call->run->template, call->at,
			          "join: expected strings in the list, got %s",
			          tpl_kind_name(&value));
		if (i)
			tpl_print(call->run, out, separator);
		tpl_print(call->run, out, &value);
	}
	if (fclose(out))
		fail(NULL, "memory");
	return tpl_own(call->run, text, length);
}

static size_t blanks(const struct tpl_call *call, int i)
{
	int64_t count = tpl_want(call, i, TPL_INT)->integer;

	if (count < 0 || count > MOST_BLANKS)
		tpl_fault(call->run->template, call->at, "pad: so many blanks cannot be added");
	return (size_t)count;
}

static struct tpl_value call_pad(const struct tpl_call *call)
{
	const struct tpl_value *arg = tpl_want(call, 0, TPL_TEXT);
	size_t before = blanks(call, 1), behind = blanks(call, 2), length = arg->text.length;

	if (!length)
		return *arg;
	char *copy = xalloc(before + length + behind + 1);
	memset(copy, ' ', before + length + behind);
	memcpy(copy + before, arg->text.at, length);
	struct tpl_value value = tpl_own(call->run, copy, before + length + behind);
	value.escaped = arg->escaped;
	return value;
}

static struct tpl_value call_truncate(const struct tpl_call *call)
{
	struct tpl_value value = *tpl_want(call, 0, TPL_TEXT);
	int64_t length = tpl_want(call, 1, TPL_INT)->integer;

	if (length < 0)
		tpl_fault(call->run->template, call->at, "truncate: the length is negative");
	if ((uint64_t)length < value.text.length)
		value.text.length = (size_t)length;
	return value;
}

const struct tpl_function tpl_string_functions[] = {
        {"join",  2, 2, call_join, true},
        {"lower",      1, 1, call_lower, true},
        {"pad",   3, 3, call_pad, true},
        {"split", 2, 2, call_split, true},
        {"title",      1, 1, call_title, true},
        {"truncate",   2, 2, call_truncate, true},
        {"upper",   1, 1, call_upper, true},
        {0     },
};
