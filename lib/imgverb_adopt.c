/* Verbs of img-store that take images of other layouts: see imgverbs.h. */
#define _GNU_SOURCE
#include "err.h"
#include "image_adopt.h"
#include "image_make.h"
#include "imgverbs.h"
#include "io.h"
#include "reference.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static struct adoption how;
static struct platform platform; /* as it is asked for */

static void opt_platform(const struct opt *opt, const char *arg)
{
	if (!platform_parse(arg, &platform))
		opt_refuse(opt, arg, "not OS/ARCHITECTURE[/VARIANT]");
}

static void opt_name(const struct opt *opt, const char *arg)
{
	(void)opt;
	list_add(&how.names, adopt_checked_name(arg));
}

static void opt_digest(const struct opt *opt, const char *arg)
{
	if (!digest_is_valid(arg))
		opt_refuse(opt, arg, "not sha256: and 64 hexadecimal digits");
	how.pulled = arg;
}

/* clang-format off */
const struct opt img_layers_options[] = {
	{"platform", 0, "OS/ARCH[/VARIANT]", "of an index, the image for such machines (this one)", opt_platform, NULL},
	{0},
};
const struct opt img_adopt_options[] = {
	{"name", 0, "NAME[:TAG]", "name it so (repeatable)", opt_name, NULL},
	{"platform", 0, "OS/ARCH[/VARIANT]", "of an index, the image for such machines (this one)", opt_platform, NULL},
	{"pulled", 0, "DIGEST", "a registry has it under these names, with this digest", opt_digest, NULL},
	{0},
};
/* clang-format on */

static void find(const char *layout, const char *text, struct other_image *image)
{
	struct other other;

	other_open(&other, layout);
	other_find(&other, text, *platform.os ? &platform : platform_host(), image);
}

int img_contents(int argc, char **argv)
{
	struct other other;

	(void)argc;
	other_open(&other, argv[0]);
	other_list(&other);
	opt_finish_stdout();
}

int img_layers(int argc, char **argv)
{
	struct other_image image;
	struct store store;

	find(argv[0], argc > 1 ? argv[1] : NULL, &image);
	img_open_to_read(&store);
	adopt_list_layers(&store, &image);
	opt_finish_stdout();
}

int img_parts(int argc, char **argv)
{
	struct other other;

	other_open(&other, argv[0]);
	other_list_parts(&other, argc > 1 ? argv[1] : NULL,
	                 *platform.os ? &platform : platform_host());
	opt_finish_stdout();
}

int img_adopt(int argc, char **argv)
{
	bool chosen = argc > 1 && *argv[1] != '/';
	int first = chosen ? 2 : 1;
	struct other_image image;
	struct store store;

	find(argv[0], chosen ? argv[1] : NULL, &image);
	how.staged = (struct list){argv + first, (size_t)(argc - first)};
	img_open_to_make(&store);
	for (int i = first; i < argc; i++)
		stage_check(&store, argv[i]);
	store_lock(&store);
	image_adopt(&store, &image, &how);
	store_write(&store);
	puts(image.config.digest);
	store_commit(&store);
	keep_what_is_done();
	store_unlock(&store);
	for (int i = first; i < argc; i++)
		(void)remove_tree(AT_FDCWD, argv[i]); /* if not, the next 'stage' does */
	return 0;
}

int img_name(int argc, char **argv)
{
	struct reference reference;
	const char *why = reference_parse(argv[0], &reference);

	(void)argc;
	if (why)
		refuse(argv[0], "%s", why);
	printf("%s\t%s\t%s\n", reference.name, *reference.tag ? reference.tag : "-",
	       *reference.digest ? reference.digest : "-");
	opt_finish_stdout();
}
