/* Verbs of img-store about cached steps of builds: see imgverbs.h. */
#define _GNU_SOURCE
#include "err.h"
#include "image_cache.h"
#include "imgverbs.h"
#include "io.h"
#include <stdio.h>

static const char *parent;
static bool all;
static uint64_t before;

/* clang-format off */
const struct opt img_cached_options[] = {
	{"parent", 0, "KEY", "of the step before them, or the id of the image that they begin with", opt_string, &parent},
	{0},
};
const struct opt img_uncache_options[] = {
	{"all", 'a', NULL, "also those that an image was built on", opt_flag, &all},
	{"before", 0, "SECONDS", "only those made before that time, since 1970", opt_number, &before},
	{0},
};
/* clang-format on */

int img_cached(int argc, char **argv)
{
	struct store store;

	(void)argc, (void)argv;
	if (!parent)
		usage_error("--parent is missing");
	FREED char **steps = read_vector(STDIN_FILENO, NULL);
	if (!steps)
		fail("standard input", "read");
	img_open_to_read(&store);
	cache_find(&store, parent, steps);
	opt_finish_stdout();
}

int img_uncache(int argc, char **argv)
{
	struct list gone = {0};
	struct store store;

	(void)argc, (void)argv;
	img_open_to_change(&store);
	if (store.images < 0)
		return 0;
	cache_forget(&store, all, before, &gone);
	store_write(&store);
	for (size_t i = 0; i < gone.count; i++)
		printf("deleted\t%s\n", gone.at[i]);
	store_commit(&store);
	return 0;
}

int img_hold(int argc, char **argv)
{
	struct store store;
	struct image image;

	(void)argc;
	img_open_to_change(&store);
	image_find(&store, argv[0], &image);
	cache_hold(&store, &image);
	store_write(&store);
	store_commit(&store);
	return 0;
}
