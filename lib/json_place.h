/*
 * JSON read with its whereabouts: each value knows its path in the file, so that whatever is wrong
 * is refused as `tool: FILE: syscalls[3].action: why`. The process keeps what it has read.
 */
#ifndef JSON_PLACE_H
#define JSON_PLACE_H

#include "err.h"
#include <jansson.h>
#include <stdint.h>

struct place {
	json_t *value;    /* NULL: there is none */
	const char *file; /* its name, for messages */
	char path[120];
};

/* Read all of fd, which has to be one JSON object. file: its name, which is kept. */
struct place place_root(int fd, const char *file);

/* The same of a text that is there already. */
struct place place_text(const char *text, size_t length, const char *file);

/* A member of an object, or of nothing. Missing or null, it has no value; another type is refused.
 */
struct place place_member(const struct place *of, const char *key, json_type type);

/* Element i of an array, which has to be there and of that type. */
struct place place_element(const struct place *of, size_t i, json_type type);

/* How many elements an array has; none where there is no array. */
size_t place_count(const struct place *array);

/* The text of a string, NULL where there is none. As long as the process. */
const char *place_string(const struct place *string);

/* The integer member `key`, from 0 to `most`; `unset` where it is missing. */
uint64_t place_number(const struct place *of, const char *key, uint64_t most, uint64_t unset);

/* Say what is wrong with it, and exit as refuse() does. */
_Noreturn void place_refuse(const struct place *place, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
