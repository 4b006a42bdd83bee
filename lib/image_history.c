/* History of images: see image_history.h. */
#define _GNU_SOURCE
#include "image_history.h"

#include "image_show.h"
#include "io.h"
#include "text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BRIEF = 45 }; /* characters */

static bool brief;

static void print_field(const char *text, char end)
{
	text_field(text && *text ? text : "-");
	putchar(end);
}

/* As Docker shortens it: so many characters, the last of which tells that there are more. */
static void print_brief(const char *text, size_t most)
{
	const char *end = text;
	size_t count = 0, at = 0;

	for (; text[at] && count < most; count++) {
		size_t length = text_character(text + at, 4); /* no further than the NUL */

		if (count == most - 1)
			end = text + at;
		at += length ? length : 1;
	}
	if (!text[at]) {
		print_field(text, '\t');
		return;
	}
	FREED char *head = xprintf("%.*s\u2026", (int)(end - text), text);
	print_field(head, '\t');
}

static size_t count_layers(const struct place *history)
{
	size_t count = 0;

	for (size_t i = 0; i < place_count(history); i++)
		count += !json_is_true(json_object_get(place_element(history, i, JSON_OBJECT).value,
		                                       "empty_layer"));
	return count;
}

/* step: NULL, of a layer without one. Its layer is the one before the i-th. */
static size_t print_step(const struct store *store, const struct image *image, const char *id,
                         const json_t *step, size_t i)
{
	bool empty = json_is_true(json_object_get(step, "empty_layer")) || !i;

	print_field(id, '\t');
	printf("%" PRId64 "\t", image_time(text_member(step, "created")));
	print_brief(text_member(step, "created_by") ?: "", brief ? BRIEF : SIZE_MAX);
	printf("%" PRIu64 "\t", empty ? 0 : image_layer_size(store, image, i - 1));
	print_field(text_member(step, "comment"), '\n');
	return empty ? i : i - 1;
}

void image_history(const struct store *store, const struct image *image, bool is_brief)
{
	struct place history = place_member(&image->config, "history", JSON_ARRAY);
	size_t layer = image_layer_count(image), told = count_layers(&history);
	const char *id = image->id;

	brief = is_brief;
	for (; layer > told; id = NULL)
		layer = print_step(store, image, id, NULL, layer);
	for (size_t i = place_count(&history); i-- > 0; id = NULL)
		layer = print_step(store, image, id, place_element(&history, i, JSON_OBJECT).value,
		                   layer);
}
