/*
 * img-copy: what COPY and ADD of a Dockerfile do: take files out of a build's context and make them
 * in the tree of an image; or tell the digest of what would be copied, by which a step that is
 * cached is known again. The context may be anybody's, and so may the image: nothing outside of the
 * one is read, and nothing outside of the other changed, wherever links in them lead.
 *
 * Changes: what is copied is made below --root; when that fails, what is made until then stays.
 * Needs: the right to read the one and to make files in the other, which for owners and devices is
 * root's (CAP_CHOWN, CAP_FOWNER, CAP_MKNOD, CAP_SYS_ADMIN for trusted.*); with --add, tree-copy.
 */
#define _GNU_SOURCE
#include "context_copy.h"
#include "context_digest.h"
#include "depth.h"
#include "err.h"
#include "file_mode.h"
#include "inside.h"
#include "io.h"
#include "num.h"
#include "opt.h"
#include "path.h"
#include "userdb.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static struct context context;
static struct list excludes;
static const char *ignore_file, *root, *owner, *workdir = "/";
static bool keep_owner, tell_digest;
static struct copy_to to = {.limit = LAYER_LIMITS};

static void opt_mode(const struct opt *opt, const char *arg)
{
	mode_t mode = S_IFREG;

	if (!file_mode_change(arg, &mode))
		opt_refuse(opt, arg, "not a mode, such as 755 or u+x");
	to.mode = arg;
}

static void opt_with_parent(const struct opt *opt, const char *arg)
{
	(void)arg;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		fail(opt->name, "ask to end with the parent");
}

static void find_sources(char **argv, int count, struct context_sources *sources)
{
	allow_depth();
	context_open(&context, argv[0]);
	if (ignore_file)
		ignore_read(&context.ignore, ignore_file);
	for (size_t i = 0; i < excludes.count; i++)
		ignore_add(&context.exclude, excludes.at[i], "--exclude", 0);
	context_find(&context, argv + 1, (size_t)count, sources);
}

static int digest(int argc, char **argv)
{
	struct context_sources sources;
	char text[DIGEST_LENGTH + 1];

	find_sources(argv, argc - 1, &sources);
	context_digest(&context, &sources, keep_owner, text);
	puts(text);
	opt_finish_stdout();
}

/* Names are those of the image. A number alone is that of the group, too. */
static void find_owner(void)
{
	struct user *user = xalloc(sizeof(*user));
	uint64_t number;
	bool lone = !num_parse(owner, UINT32_MAX - 1, &number);
	FREED char *both = xprintf("%s%s%s", owner, lone ? ":" : "", lone ? owner : "");

	user_find(both, user);
	to.uid = user->uid;
	to.gid = user->gid;
	free(user);
}

/* It is a directory if it says so, and if several sources go there. */
static void find_destination(const char *dest, size_t count)
{
	FREED char *path = xprintf("%s/%s", *dest == '/' ? "" : workdir, dest);
	const char *last = path_last(dest);

	to.path = path_clean(path);
	to.directory = !*last || !strcmp(last, ".") || !strcmp(last, "..") || context.parents;
	if (count > 1 && !to.directory)
		refuse(dest, "several files go into a directory: it needs a slash at its end");
}

static int copy(int argc, char **argv)
{
	struct context_sources sources;
	struct context_digest of_copied;
	char text[DIGEST_LENGTH + 1];

	if (!root)
		usage_error("copy: --root is missing");
	if (owner && keep_owner)
		usage_error("one of --chown and --keep-owner");
	if (*workdir != '/')
		usage_error("--workdir: %s: not an absolute path", workdir);
	(void)umask(0);
	to.root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (to.root < 0)
		fail(root, "open");
	to.owned = !keep_owner;
	inside_elsewhere(to.root, 0, 0);
	if (owner)
		find_owner();
	find_destination(argv[argc - 1], (size_t)argc - 2);
	find_sources(argv, argc - 2, &sources);
	if (tell_digest) {
		context_digest_begin(&of_copied, keep_owner);
		to.digest = &of_copied;
	}
	context_copy(&context, &sources, &to);
	if (!tell_digest)
		return 0;
	context_digest_end(&of_copied, text);
	puts(text);
	opt_finish_stdout();
}

/* clang-format off */
static const struct opt common_options[] = {
	{"exclude", 0, "PATTERN", "leave out what matches, below SRC or its name (repeatable)", opt_list, &excludes},
	{"ignore-file", 0, "FILE", "leave out what the patterns in it say, as .dockerignore", opt_string, &ignore_file},
	{"keep-owner", 0, NULL, "owners are those in the context (normal: root)", opt_flag, &keep_owner},
	{"leave-out", 0, "DIR", "this directory is not there, should it be in the context", opt_string, &context.leave_out},
	{"literal", 0, NULL, "SRC is a name, whatever wildcards it has", opt_flag, &context.literal},
	{"parents", 0, NULL, "keep the directories that SRC is in, or those behind a /./", opt_flag, &context.parents},
	{0},
};
static const struct opt copy_options[] = {
	{"add", 0, NULL, "unpack a SRC that is a tar archive", opt_flag, &to.unpack},
	{"chmod", 0, "MODE", "permissions of all that is copied", opt_mode, NULL},
	{"chown", 0, "USER[:GROUP]", "whom it belongs to: numbers, or names of the image", opt_string, &owner},
	{"digest", 0, NULL, "print the digest of what was copied, as 'digest' does", opt_flag, &tell_digest},
	LAYER_LIMIT_OPTIONS(to.limit),
	{"root", 0, "DIR", "the tree of the image, which no path leads out of", opt_string, &root},
	{"workdir", 0, "DIR", "of the image, where a relative DEST is (normal: /)", opt_string, &workdir},
	{0},
};
static const struct opt digest_options[] = {
	{"with-parent", 0, NULL, "end when the process does that has started us", opt_with_parent, NULL},
	{0},
};
static const struct verb verbs[] = {
	{"copy", "CONTEXT SRC... DEST", "Copy files into an image.", copy, 3, -1, copy_options},
	{"digest", "CONTEXT SRC...", "Tell the digest of what would be copied.", digest, 2, -1, digest_options},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "img-copy",
        .operands = "[options] CONTEXT SRC... [DEST]",
        .purpose = "Copy files out of a build's context, as COPY and ADD of a Dockerfile do.",
        .options = common_options,
        .verbs = verbs,
        .example = "img-copy digest /etc 'host*' skel",
};

int main(int argc, char **argv)
{
	return opt_run(&tool, argc, argv);
}
