/*
 * img-store: the images. An OCI image layout with manifests, configs and names, and each layer
 * unpacked once.
 *
 * Changes: images/ and layers/ below the store; see layout.h. What changes the index does so in one
 * step, under a lock that dies with its holder: a verb that fails, or is killed, leaves the images
 * as they were. Needs: the right to read, or write, the store.
 */
#define _GNU_SOURCE
#include "err.h"
#include "image_make.h"
#include "image_show.h"
#include "image_sweep.h"
#include "io.h"
#include "num.h"
#include "record.h"
#include "reference.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *root;
static bool json, shell, force, delete;
static struct image_recipe recipe;
static struct list names, keep;
static uint64_t owner;
static struct store store;

static void open_for_change(void)
{
	(void)umask(0); /* who may do what depends on the modes, not on who called */
	(void)store_open_images(&store, store_path(root), true);
}

static void finish(void)
{
	if (fflush(stdout) || ferror(stdout))
		fail("standard output", "write");
}

/* NAME:TAG of a name that may stand in the index; the caller frees it. */
static char *checked_name(const char *text)
{
	struct reference reference;
	const char *why = reference_parse(text, &reference);

	if (why)
		refuse(text, "%s", why);
	if (*reference.digest)
		refuse(text, "a digest is no part of a name that can be given");
	return xstrdup(reference_text(&reference));
}

static int stage(int argc, char **argv)
{
	(void)argc, (void)argv;
	open_for_change();
	(void)stage_clear(&store);
	puts(stage_make(&store, owner ? (pid_t)owner : getppid()));
	finish();
	return 0;
}

/* What is staged has to be ours, and below the store: its parts are moved. */
static void check_staged(char **directory)
{
	const char *name = strrchr(*directory, '/');

	FREED char *path = xprintf("%s/layers%s", store.root, name ? name : "");
	if (!name || strncmp(name, "/.new-", 6) != 0 || strcmp(path, *directory) != 0)
		refuse(*directory, "not a directory that 'stage' has made in this store");
}

static int add(int argc, char **argv)
{
	char id[DIGEST_LENGTH + 1];

	open_for_change();
	recipe.layers = (struct list){argv, (size_t)argc};
	for (int i = 0; i < argc; i++)
		check_staged(&argv[i]);
	for (size_t i = 0; i < names.count; i++)
		names.at[i] = checked_name(names.at[i]);
	store_lock(&store);
	json_t *entry = image_make(&store, &recipe, id);
	for (size_t i = 0; i < names.count; i++)
		image_name(&store, entry, names.at[i]);
	puts(id);
	finish(); /* nobody would know of an image whose id was not told */
	store_save(&store);
	keep_what_is_done();
	for (int i = 0; i < argc; i++)
		(void)remove_tree(AT_FDCWD, argv[i]); /* if not, the next 'stage' does */
	return 0;
}

static int show(int argc, char **argv)
{
	struct image image;

	(void)argc;
	if (json && shell)
		usage_error("one of --json, --shell");
	(void)store_open_images(&store, store_path(root), false);
	image_find(&store, argv[0], &image);
	image_show(&store, &image, json ? IMAGE_JSON : shell ? IMAGE_SHELL : IMAGE_LINES);
	finish();
	return 0;
}

static int list(int argc, char **argv)
{
	json_t *entry;
	size_t i;

	(void)argc, (void)argv;
	if (!store_open_images(&store, store_path(root), false))
		return 0;
	json_array_foreach(store_manifests(&store), i, entry)
	{
		struct image image;

		image_load(&store, entry, &image);
		image_line(&store, &image, json);
	}
	finish();
	return 0;
}

static int tag(int argc, char **argv)
{
	struct image image;

	(void)argc;
	open_for_change();
	store_lock(&store);
	image_find(&store, argv[0], &image);
	image_name(&store, image.entry, checked_name(argv[1]));
	store_save(&store);
	return 0;
}

static int untag(int argc, char **argv)
{
	open_for_change();
	store_lock(&store);
	for (int i = 0; i < argc; i++)
		image_untag(&store, argv[i], &keep, force);
	finish();
	store_save(&store);
	return 0;
}

static int sweep(int argc, char **argv)
{
	(void)argc, (void)argv;
	open_for_change();
	store_lock(&store);
	int failed = stage_clear(&store);
	if (delete)
		failed |= sweep_delete(&store, &keep);
	else
		sweep_aside(&store, &keep);
	finish();
	return failed ? STATUS_FAILED : 0;
}

/* clang-format off */
static const struct opt common_options[] = {
	{"root", 0, "DIR", "the store (normal: $MINI_DOCKER_ROOT or /var/lib/mini-docker)", opt_string, &root},
	{0},
};
static const struct opt stage_options[] = {
	{"owner", 0, "PID", "the directory may go when this process is gone (the caller)", opt_number, &owner},
	{0},
};
static const struct opt add_options[] = {
	{"name", 0, "NAME[:TAG]", "name it so (repeatable)", opt_list, &names},
	{"change", 'c', "INSTRUCTION", "of a Dockerfile, such as 'CMD [\"sh\"]' (repeatable)", opt_list, &recipe.changes},
	{"message", 'm', "TEXT", "a comment for its history", opt_string, &recipe.message},
	{"created-by", 0, "TEXT", "what made it, for its history", opt_string, &recipe.created_by},
	{0},
};
static const struct opt show_options[] = {
	{"shell", 0, NULL, "as assignments: image_KEY='VALUE'", opt_flag, &shell},
	{"json", 0, NULL, "as a JSON object, with the whole config", opt_flag, &json},
	{0},
};
static const struct opt list_options[] = {
	{"json", 0, NULL, "a JSON object a line", opt_flag, &json},
	{0},
};
static const struct opt untag_options[] = {
	{"force", 'f', NULL, "also an image in use, or all names of one", opt_flag, &force},
	{"keep", 0, "ID", "this image is in use (repeatable)", opt_list, &keep},
	{0},
};
static const struct opt sweep_options[] = {
	{"delete", 0, NULL, "delete what was set aside, or put it back", opt_flag, &delete},
	{"keep", 0, "ID", "this image is in use (repeatable)", opt_list, &keep},
	{0},
};
static const struct verb verbs[] = {
	{"stage", "", "make a directory for a new layer, print it", stage, 0, 0, stage_options},
	{"add", "DIR...", "make an image out of staged layers, print its id", add, 1, -1, add_options},
	{"show", "IMAGE", "print what it takes to run it", show, 1, 1, show_options},
	{"list", "", "print a line for each name of an image", list, 0, 0, list_options},
	{"tag", "IMAGE NAME[:TAG]", "give it another name", tag, 2, 2, NULL},
	{"untag", "IMAGE...", "take names away", untag, 1, -1, untag_options},
	{"sweep", "", "set aside what no image needs; delete that", sweep, 0, 0, sweep_options},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "img-store",
        .operands = "...",
        .purpose = "Keep images: names, manifests, configs, and their layers unpacked.",
        .options = common_options,
        .verbs = verbs,
        .example = "img-store list",
};

int main(int argc, char **argv)
{
	return opt_run(&tool, argc, argv);
}
