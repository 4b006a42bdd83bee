/* Images on stdout, a line each: see image_show.h. */
#define _GNU_SOURCE
#include "image_show.h"

#include "err.h"
#include "io.h"
#include "text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t image_time(const char *created)
{
	struct tm tm = {0};
	const char *rest = created ? strptime(created, "%Y-%m-%dT%T", &tm) : NULL;
	int hours, minutes;
	char sign;

	if (!rest)
		return 0;
	int64_t at = timegm(&tm);
	rest += strspn(rest, ".0123456789");
	if (sscanf(rest, "%c%2d:%2d", &sign, &hours, &minutes) == 3)
		at -= (sign == '-' ? -60L : 60L) * (hours * 60 + minutes);
	return at;
}

int64_t image_created(const struct image *image)
{
	return image_time(text_member(image->config.value, "created"));
}

static void print_field(const char *text)
{
	/* Not empty: a shell's `read` takes two tabs for one. */
	text_field(text && *text ? text : "-");
	putchar('\t');
}

static void print_image(const struct store *store, const struct image *image, bool json)
{
	const char *at = image->name ? strchr(image->name, '@') : NULL;
	const char *colon = image->name && !at ? strrchr(image->name, ':') : at;
	const char *tag = colon && colon != at && !strchr(colon, '/') ? colon + 1 : NULL;
	FREED char *name = !image->name  ? NULL
	                   : !tag && !at ? xstrdup(image->name)
	                                 : xprintf("%.*s", (int)(colon - image->name), image->name);
	const char *digest = entry_pulled(image->entry) ?: image->digest;
	int64_t created = image_created(image);
	uint64_t size = image_size(store, image);

	if (!json) {
		print_field(name);
		print_field(tag);
		printf("%s\t%s\t%" PRId64 "\t%" PRIu64 "\n", image->id, digest, created, size);
		return;
	}
	json_t *line = json_pack("{ss* ss* ss ss sI sI}", "name", name, "tag", tag, "id", image->id,
	                         "digest", digest, "created", (json_int_t)created, "size",
	                         (json_int_t)size);
	if (!line || json_dumpf(line, stdout, JSON_COMPACT))
		fail("standard output", "write");
	putchar('\n');
	json_decref(line);
}

/* One that is damaged is not there any more. */
static void list_steps(const struct store *store, bool json)
{
	const struct cached_steps *steps = store_steps(store);

	for (size_t i = 0; i < steps->count; i++) {
		struct image image;

		if (image_load_step(store, &steps->at[i], &image) == NULL)
			print_image(store, &image, json);
		image_unload(&image);
	}
}

int image_list(const struct store *store, bool json, bool all)
{
	json_t *entry;
	int failed = 0;
	size_t i;

	json_array_foreach(store_manifests(store), i, entry)
	{
		struct image image;
		const char *why = image_load(store, entry, &image);

		if (why) {
			complain_plainly(image.name, "%s", why);
			failed = -1;
		} else {
			print_image(store, &image, json);
		}
		image_unload(&image);
	}
	if (all)
		list_steps(store, json);
	return failed;
}
