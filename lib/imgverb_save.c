/* Verbs of img-store that tell others of images: see imgverbs.h. */
#define _GNU_SOURCE
#include "err.h"
#include "image_history.h"
#include "image_make.h"
#include "image_save.h"
#include "imgverbs.h"
#include "io.h"
#include "text.h"
#include "whole_file.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char *output, *layout;
static bool progress, brief;
static struct list as;

/* clang-format off */
const struct opt img_save_options[] = {
	{"output", 'o', "FILE", "to this file, which appears when it is whole", opt_string, &output},
	{"as", 0, "NAME", "called so, and not what it is called here (repeatable)", opt_list, &as},
	{"layout", 0, "DIR", "no archive, but a layout of their own, on the store's file system", opt_string, &layout},
	{"progress", 0, NULL, "show how far it is, on a terminal", opt_flag, &progress},
	{0},
};
const struct opt img_history_options[] = {
	{"brief", 0, NULL, "no more than 45 characters of what was done", opt_flag, &brief},
	{0},
};
/* clang-format on */

/* Every blob is a descriptor. */
static void allow_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit); /* if not, opening one too many tells */
	}
}

static void print_or_dash(const char *text, char end)
{
	text_field(text ? text : "-");
	putchar(end);
}

/* NAME:TAG and the digest of the manifest, of each entry of the index. */
static void tell(const struct saved *saved)
{
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(saved->index, "manifests"), i, entry)
	{
		print_or_dash(entry_name(entry), '\t');
		print_or_dash(text_member(entry, "digest"), '\n');
	}
}

static void save_file(const struct saved *saved)
{
	static struct whole_file file;

	if (output)
		whole_open(&file, output);
	save_tar(saved, output ? file.fd : STDOUT_FILENO, output ?: "standard output", progress);
	if (output)
		whole_finish(&file);
}

int img_save(int argc, char **argv)
{
	struct list wanted = {argv, (size_t)argc};
	struct saved saved;
	struct store store;

	if (output && layout)
		usage_error("one of --output, --layout");
	if (as.count && argc > 1)
		usage_error("save: --as: of one image only");
	if (!output && !layout && isatty(STDOUT_FILENO))
		refuse("standard output", "is a terminal, which is no place for an archive");
	allow_files();
	img_open_to_read(&store);
	for (size_t i = 0; i < as.count; i++)
		as.at[i] = image_checked_name(as.at[i]);
	save_open(&store, &wanted, &as, &saved);
	if (layout) {
		save_layout(&store, &saved, layout);
		tell(&saved);
		opt_finish_stdout();
	}
	if (store.images >= 0)
		store_unlock(&store); /* what is open stays */
	save_file(&saved);
	return 0;
}

/* NAME:TAG may be another image by now, of which no registry has told anything. */
int img_pushed(int argc, char **argv)
{
	FREED char *name = image_checked_name(argv[0]);
	struct store store;
	json_t *entry;
	size_t i;

	(void)argc;
	for (i = 1; i < 3; i++)
		if (!digest_is_valid(argv[i]))
			refuse(argv[i], "not sha256: and 64 hexadecimal digits");
	img_open_to_change(&store);
	if (store.images < 0)
		return 0;
	json_array_foreach(store_manifests(&store), i, entry)
	{
		const char *its = entry_name(entry), *digest = text_member(entry, "digest");

		if (its && digest && !strcmp(its, name) && !strcmp(digest, argv[1]))
			entry_set_pulled(entry, argv[2]);
	}
	store_write(&store);
	store_commit(&store);
	return 0;
}

int img_history(int argc, char **argv)
{
	struct store store;
	struct image image;

	(void)argc;
	img_open_to_read(&store);
	image_find(&store, argv[0], &image);
	image_history(&store, &image, brief);
	opt_finish_stdout();
}

static void print_usage(const struct store *store, const struct image *image)
{
	for (size_t i = 0; i < image_layer_count(image); i++)
		printf("%s\t%s\t%s\t%" PRIu64 "\n", image->id,
		       entry_cache_key(image->entry) ? "step" : "image", image_layer(image, i),
		       image_layer_size(store, image, i));
}

/* What each image, or cached step, is made of; the bytes of a layer that several have are theirs.
 */
int img_usage(int argc, char **argv)
{
	const struct cached_steps *steps;
	struct image image;
	struct store store;
	json_t *entry;
	int failed = 0;
	size_t i;

	(void)argc, (void)argv;
	img_open_to_read(&store);
	json_array_foreach(store_manifests(&store), i, entry)
	{
		const char *why = image_load(&store, entry, &image);

		if (why)
			complain_plainly(image.name, "%s", why);
		else
			print_usage(&store, &image);
		failed |= why != NULL;
		image_unload(&image);
	}
	for (steps = store_steps(&store), i = 0; i < steps->count; i++) {
		if (!image_load_step(&store, &steps->at[i], &image))
			print_usage(&store, &image);
		image_unload(&image);
	}
	opt_finish(failed ? STATUS_FAILED : 0);
}
