/* JSON that knows where it stands: see json_place.h. */
#define _GNU_SOURCE
#include "json_place.h"

#include "io.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 16 << 20 };

void place_refuse(const struct place *place, const char *format, ...)
{
	FREED char *why = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&why, format, args) < 0)
		fail(NULL, "memory");
	va_end(args);
	refuse(place->file, "%s%s%s", place->path, *place->path ? ": " : "", why);
}

struct place place_text(const char *text, size_t length, const char *file)
{
	struct place root = {.file = file};
	json_error_t error;

	root.value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (!root.value)
		refuse(file, "line %d, column %d: %s", error.line, error.column, error.text);
	if (!json_is_object(root.value))
		refuse(file, "not a JSON object");
	return root;
}

struct place place_root(int fd, const char *file)
{
	size_t length;
	FREED char *text = read_all(fd, MOST_BYTES, &length);

	if (!text)
		fail(file, "read");
	return place_text(text, length, file);
}

static void check(const struct place *place, json_type type)
{
	static const char *const kinds[] = {"an object", "an array", "a string", "an integer"};

	if (json_typeof(place->value) != type)
		place_refuse(place, "not %s", kinds[type]);
}

/* A path too long is cut: it is only to be read by people. */
static PRINTF_LIKE(2, 3) void set_path(struct place *place, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(place->path, sizeof(place->path), format, args);
	va_end(args);
}

struct place place_member(const struct place *of, const char *key, json_type type)
{
	struct place member = {.value = json_object_get(of->value, key), .file = of->file};

	set_path(&member, "%s%s%s", of->path, *of->path ? "." : "", key);
	if (json_is_null(member.value))
		member.value = NULL;
	if (member.value)
		check(&member, type);
	return member;
}

struct place place_element(const struct place *of, size_t i, json_type type)
{
	struct place element = {.value = json_array_get(of->value, i), .file = of->file};

	set_path(&element, "%s[%zu]", of->path, i);
	check(&element, type);
	return element;
}

size_t place_count(const struct place *array)
{
	return json_array_size(array->value);
}

const char *place_string(const struct place *string)
{
	return json_string_value(string->value);
}

uint64_t place_number(const struct place *of, const char *key, uint64_t most, uint64_t unset)
{
	struct place number = place_member(of, key, JSON_INTEGER);

	if (!number.value)
		return unset;
	if (json_integer_value(number.value) < 0 ||
	    (uint64_t)json_integer_value(number.value) > most)
		place_refuse(&number, "out of range");
	return (uint64_t)json_integer_value(number.value);
}
