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
#include "image_untag.h"
#include "imgverbs.h"
#include "io.h"
#include "num.h"
#include "record.h"
#include "text.h"
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool json, shell, if_there, all, force, dangling, delete;
static struct image_recipe recipe;
static struct list keep;
static pid_t owner; /* 0: the caller */
static struct store store;

static void opt_owner(const struct opt *opt, const char *arg)
{
	uint64_t pid;

	if (num_parse(arg, INT_MAX, &pid) || !pid)
		opt_refuse(opt, arg, "not the id of a process");
	owner = (pid_t)pid;
}

static void undo_stage(void *path)
{
	(void)remove_tree(AT_FDCWD, path); /* if not, it goes when its owner is gone */
}

static int stage(int argc, char **argv)
{
	(void)argc, (void)argv;
	img_open_to_make(&store);
	store_share(&store); /* a store that is damaged is found before the work */
	store_unlock(&store);
	(void)stage_clear(&store);
	char *path = stage_make(&store, owner ? owner : getppid());
	on_failure(undo_stage, path);
	puts(path);
	opt_finish_stdout();
}

static int check(int argc, char **argv)
{
	(void)argc, (void)argv;
	image_check(&recipe);
	return 0;
}

static int add(int argc, char **argv)
{
	char id[DIGEST_LENGTH + 1];

	if (!argc && !recipe.base && !recipe.changes.count)
		usage_error("add: needs a DIR, --base or --change");
	image_check(&recipe);
	recipe.layers = (struct list){argv, (size_t)argc};
	img_open_to_make(&store);
	for (int i = 0; i < argc; i++)
		stage_check(&store, argv[i]);
	store_lock(&store);
	image_make(&store, &recipe, id);
	store_write(&store);
	puts(id);
	store_commit(&store);
	keep_what_is_done();
	store_unlock(&store);
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
	img_open_to_read(&store);
	if (!if_there)
		image_find(&store, argv[0], &image);
	else if (!image_look(&store, argv[0], &image))
		return 0;
	image_change_all(&image, &recipe);
	image_show(&store, &image, json ? IMAGE_JSON : shell ? IMAGE_SHELL : IMAGE_LINES);
	opt_finish_stdout();
}

static int list(int argc, char **argv)
{
	(void)argc, (void)argv;
	img_open_to_read(&store);
	opt_finish(image_list(&store, json, all) ? STATUS_FAILED : 0);
}

static int tag(int argc, char **argv)
{
	struct image image;

	for (int i = 1; i < argc; i++)
		argv[i] = image_checked_name(argv[i]);
	img_open_to_change(&store);
	image_find(&store, argv[0], &image);
	image_name(&store, image.entry, argv[1]); /* NULL where there is none */
	for (int i = 2; i < argc; i++)
		image_name(&store, image.entry, argv[i]);
	store_write(&store);
	store_commit(&store);
	return 0;
}

static int untag(int argc, char **argv)
{
	struct list told = {0};

	img_open_to_change(&store);
	for (int i = 0; i < argc; i++)
		(dangling ? image_untag_dangling : image_untag)(&store, argv[i], &keep, force,
		                                                &told);
	store_write(&store);
	for (size_t i = 0; i < told.count; i++) {
		text_field(told.at[i]);
		putchar(i % 2 ? '\n' : '\t');
	}
	store_commit(&store);
	return 0;
}

static int sweep(int argc, char **argv)
{
	(void)argc, (void)argv;
	img_open_to_change(&store);
	if (store.images < 0)
		return 0;
	store_tidy(&store);
	int failed =
	        (delete ? sweep_delete : sweep_aside)(&store, owner ? owner : getppid(), &keep);
	store_unlock(&store);
	failed |= stage_clear(&store);
	opt_finish(failed ? STATUS_FAILED : 0);
}

/* clang-format off */
static const struct opt common_options[] = {
	{"root", 0, "DIR", "the store (normal: $MINI_DOCKER_ROOT or /var/lib/mini-docker)", opt_string, &img_root},
	{0},
};
static const struct opt stage_options[] = {
	{"owner", 0, "PID", "the directory may go when this process is gone (the caller)", opt_owner, NULL},
	{0},
};
static const struct opt add_options[] = {
	{"name", 0, "NAME[:TAG]", "name it so (repeatable)", opt_list, &recipe.names},
	{"change", 'c', "INSTRUCTION", "of a Dockerfile, such as 'CMD [\"sh\"]' (repeatable)", opt_list, &recipe.changes},
	{"base", 0, "IMAGE", "over the layers of this image, with its config", opt_string, &recipe.base},
	{"platform", 0, "OS/ARCH", "without --base, the machine that it is for (this one)", opt_string, &recipe.platform},
	{"env-from", 0, "FILE", "variables, NUL-ended, in place of the config's", opt_string, &recipe.env_from},
	{"args-from", 0, "FILE", "words, NUL-ended, in place of its command", opt_string, &recipe.args_from},
	{"entrypoint", 0, "N", "so many of these words are its entrypoint (0)", opt_number, &recipe.entrypoint},
	{"author", 'a', "TEXT", "who made it", opt_string, &recipe.author},
	{"message", 'm', "TEXT", "a comment for its history", opt_string, &recipe.message},
	{"created-by", 0, "TEXT", "what made it, for its history", opt_string, &recipe.created_by},
	{"step", 0, "TEXT", "what was done before without a layer (repeatable)", opt_list, &recipe.steps},
	{"cache", 0, "KEY", "keep it as a step of a build, to be found by 'cached'", opt_string, &recipe.cache},
	{0},
};
static const struct opt show_options[] = {
	{"if-there", 0, NULL, "print nothing where there is no such image", opt_flag, &if_there},
	{"shell", 0, NULL, "as assignments: image_KEY='VALUE'", opt_flag, &shell},
	{"json", 0, NULL, "as a JSON object, with the whole config", opt_flag, &json},
	{"change", 'c', "INSTRUCTION", "as it were with this one of a Dockerfile (repeatable)", opt_list, &recipe.changes},
	{0},
};
static const struct opt list_options[] = {
	{"json", 0, NULL, "a JSON object a line", opt_flag, &json},
	{"all", 'a', NULL, "also cached steps of builds", opt_flag, &all},
	{0},
};
static const struct opt untag_options[] = {
	{"dangling", 0, NULL, "only what has no name, if there is that still", opt_flag, &dangling},
	{"force", 'f', NULL, "also an image in use, or all names of one", opt_flag, &force},
	{"keep", 0, "ID", "this image is in use (repeatable)", opt_list, &keep},
	{0},
};
static const struct opt sweep_options[] = {
	{"delete", 0, NULL, "delete what the owner has set aside, or put it back", opt_flag, &delete},
	{"owner", 0, "PID", "who does both steps (the caller)", opt_owner, NULL},
	{"keep", 0, "ID", "this image is in use (repeatable)", opt_list, &keep},
	{0},
};
static const struct verb verbs[] = {
	{"stage", "", "make a directory for a new layer, print it", stage, 0, 0, stage_options},
	{"check", "", "refuse what 'add' would refuse, before the work", check, 0, 0, add_options},
	{"add", "[DIR...]", "make an image out of staged layers, print its id", add, 0, -1, add_options},
	{"show", "IMAGE", "print what it takes to run it", show, 1, 1, show_options},
	{"list", "", "print a line for each name of an image", list, 0, 0, list_options},
	{"tag", "IMAGE [NAME[:TAG]]...", "give it more names", tag, 1, -1, NULL},
	{"untag", "IMAGE...", "take names away", untag, 1, -1, untag_options},
	{"cached", "", "tell which steps on stdin there are", img_cached, 0, 0, img_cached_options},
	{"hold", "IMAGE", "keep it as a cached step, too", img_hold, 1, 1, NULL},
	{"uncache", "", "forget cached steps", img_uncache, 0, 0, img_uncache_options},
	{"contents", "LAYOUT", "print a line for each image of another layout", img_contents, 1, 1, NULL},
	{"parts", "LAYOUT [NAME|@DIGEST]", "print what blobs an image of it has", img_parts, 1, 2, img_layers_options},
	{"layers", "LAYOUT [NAME|@DIGEST]", "print what layers an image of it has", img_layers, 1, 2, img_layers_options},
	{"adopt", "LAYOUT [NAME|@DIGEST] [DIR...]", "take that image, with the layers it needs staged", img_adopt, 1, -1, img_adopt_options},
	{"name", "NAME[:TAG][@DIGEST]", "print the parts of a name", img_name, 1, 1, NULL},
	{"save", "IMAGE...", "write them as an archive that others load", img_save, 1, -1, img_save_options},
	{"pushed", "NAME[:TAG] DIGEST THERE", "note what digest the registry has it under", img_pushed, 3, 3, NULL},
	{"history", "IMAGE", "print what was done to make it", img_history, 1, 1, img_history_options},
	{"usage", "", "print the layers of each image, and their sizes", img_usage, 0, 0, NULL},
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
	/* Who does not read what is told is an error, which undoes what was done. */
	(void)signal(SIGPIPE, SIG_IGN);
	return opt_run(&tool, argc, argv);
}
