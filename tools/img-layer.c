/*
 * img-layer: unpack the archive of a layer into a directory, pack a directory as one, digest one,
 * tell what an upper directory changes.
 * Like tree-copy, it takes the archives that it reads for hostile: nothing is made, changed
 * or removed outside of the directory, whatever is in them.
 *
 * Changes: unpack makes DIR and what is in it, and the file --blob. When it fails, what it made is
 * gone again; killed, it leaves it behind. Needs: the right to make what is in the archive, which
 * for owners and devices is root's (CAP_CHOWN, CAP_FOWNER, CAP_MKNOD, CAP_SYS_ADMIN for trusted.*).
 */
#define _GNU_SOURCE
#include "depth.h"
#include "err.h"
#include "io.h"
#include "layer_blob.h"
#include "layer_clear.h"
#include "layer_diff.h"
#include "layer_facts.h"
#include "layer_pack.h"
#include "opt.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *from;
static struct layer_blob blob;
static bool json, progress, overlay, take;
static struct layer_source source;
static int info_fd = -1, made_fd = -1;
static struct layer_diff differences;
static uint64_t expected;  /* bytes to read; 0: unknown */
static struct list lowers; /* of what is unpacked, or cleared */
enum { MOST_NAMES = 16 << 20 };
static struct layer_limit limit = LAYER_LIMITS;

static int open_input(const char **name)
{
	struct stat st;
	int fd = STDIN_FILENO;

	*name = "standard input";
	if (from && strcmp(from, "-") != 0) {
		*name = from;
		fd = open(from, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	}
	if (fd < 0 || fstat(fd, &st))
		fail(*name, "open");
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		fail(*name, "read");
	}
	if (S_ISREG(st.st_mode))
		expected = (uint64_t)st.st_size;
	return fd;
}

/* Five times a second is enough for who watches. */
static void tick(struct stream *stream)
{
	static struct timespec last;
	struct timespec now;

	if (!progress && blob.taken < 0)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if ((now.tv_sec - last.tv_sec) * 1000 + (now.tv_nsec - last.tv_nsec) / 1000000 < 200)
		return;
	last = now;
	uint64_t read = stream_position(stream);
	layer_blob_grow(&blob, read);
	if (!progress)
		return;
	if (expected)
		(void)fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " MB (%" PRIu64 "%%) ",
		              read / 1000000, expected / 1000000, read * 100 / expected);
	else
		(void)fprintf(stderr, "\r%" PRIu64 " MB ", read / 1000000);
}

static int unpack(int argc, char **argv)
{
	/* No setlocale(3): libarchive would have names composed (Unicode NFC), and two be one. */
	static struct tree tree; /* static: it is undone when this function has returned, too */
	struct layer_facts facts;
	struct layer_counts counts = {0};
	const char *name;
	int input = open_input(&name);

	(void)argc;
	allow_depth();
	(void)umask(0);
	progress = progress && isatty(STDERR_FILENO);
	if (lowers.count && !overlay)
		usage_error("unpack: --lower needs --overlay");
	tree_open(&tree, argv[0], overlay);
	tree.limit = &limit;
	tree.lower = lower_open(&lowers);
	layer_blob_open(&blob, input, take);
	struct stream *stream = stream_open(input, name, blob.fd, blob.path);
	layer_unpack(stream, &tree, &counts, tick);
	uint64_t zeros = stream_finish(stream, &facts);
	layer_check_end(name, &counts, facts.tar_size, zeros);
	layer_blob_close(&blob);
	tree_finish(&tree);
	if (progress)
		(void)fputs("\r\033[K", stderr);
	layer_print_facts(stdout, &facts, &counts, json);
	return 0;
}

static int pack(int argc, char **argv)
{
	struct layer_facts facts;
	FILE *info = info_fd < 0 ? NULL : fdopen(info_fd, "w");

	(void)argc;
	/* libarchive translates names from the language of the user to that of archives. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	if (info_fd >= 0 && !info)
		fail("--info-fd", "open");
	if (isatty(STDOUT_FILENO))
		refuse("standard output", "is a terminal, which is no place for an archive");
	allow_depth();
	source.path = argv[0];
	layer_pack(&source, STDOUT_FILENO, info ? &facts : NULL);
	if (info)
		layer_print_facts(info, &facts, NULL, json);
	return 0;
}

static int diff(int argc, char **argv)
{
	(void)argc;
	if (!differences.lowers.count)
		usage_error("diff: --lower is missing");
	allow_depth();
	differences.upper = argv[0];
	layer_diff(&differences);
	return 0;
}

static int clear(int argc, char **argv)
{
	struct list made = {0};
	size_t length;

	(void)argc;
	if (made_fd < 0)
		usage_error("clear: --made-fd is missing");
	const char *names = read_all(made_fd, MOST_NAMES, &length);
	if (!names)
		fail("--made-fd", "read");
	if (length && names[length - 1])
		refuse("--made-fd", "the last name is cut off: no NUL behind it");
	for (const char *at = names; at < names + length; at += strlen(at) + 1)
		list_add(&made, xstrdup(at));
	layer_clear(argv[0], &lowers, &made);
	return 0;
}

static int digest(int argc, char **argv)
{
	struct layer_facts facts;
	const char *name;
	const void *data;
	int input = open_input(&name);

	(void)argc, (void)argv;
	struct stream *stream = stream_open(input, name, -1, NULL);
	while (stream_read(stream, &data)) {
	}
	(void)stream_finish(stream, &facts);
	layer_print_facts(stdout, &facts, NULL, json);
	return 0;
}

/* clang-format off */
static const struct opt unpack_options[] = {
	{"from", 0, "FILE", "the archive (normal: standard input)", opt_string, &from},
	{"blob", 0, "FILE", "keep it here, as an image layout wants it", opt_string, &blob.path},
	{"json", 0, NULL, "the facts as a JSON object", opt_flag, &json},
	{"lower", 'l', "DIR", "a layer below, the topmost first (repeatable)", opt_list, &lowers},
	LAYER_LIMIT_OPTIONS(limit),
	{"overlay", 0, NULL, "DIR is a layer of overlayfs, over others", opt_flag, &overlay},
	{"progress", 0, NULL, "show how far it is, on a terminal", opt_flag, &progress},
	{"take", 0, NULL, "FILE is for nobody else: the blob is that, where it can be", opt_flag, &take},
	{0},
};
static const struct opt pack_options[] = {
	{"overlay", 0, NULL, "DIR is a layer of overlayfs, over others", opt_flag, &source.upper},
	{"live", 0, NULL, "DIR is in use: what vanishes meanwhile is no error", opt_flag, &source.live},
	{"info-fd", 0, "FD", "tell the facts here", opt_fd, &info_fd},
	{"json", 0, NULL, "the facts as a JSON object", opt_flag, &json},
	{0},
};
static const struct opt digest_options[] = {
	{"from", 0, "FILE", "the archive (normal: standard input)", opt_string, &from},
	{"json", 0, NULL, "the facts as a JSON object", opt_flag, &json},
	{0},
};
static const struct opt clear_options[] = {
	{"lower", 'l', "DIR", "a layer below, the topmost first (repeatable)", opt_list, &lowers},
	{"made-fd", 0, "FD", "what was made, as ctr-init tells it (required)", opt_fd, &made_fd},
	{0},
};
static const struct opt diff_options[] = {
	{"lower", 'l', "DIR", "a layer below, the topmost first (repeatable)", opt_list, &differences.lowers},
	{"mount-point", 0, "PATH", "made to mount on; none of its changes (repeatable)", opt_list, &differences.mount_points},
	{"json", 0, NULL, "a JSON object a line", opt_flag, &differences.json},
	{0},
};
static const struct verb verbs[] = {
	{"unpack", "DIR", "Unpack an archive into DIR, tell the facts.", unpack, 1, 1, unpack_options},
	{"pack", "DIR", "Pack DIR as an archive, to standard output.", pack, 1, 1, pack_options},
	{"diff", "UPPER", "Tell what an upper directory changes.", diff, 1, 1, diff_options},
	{"clear", "UPPER", "Remove what was made there to mount on.", clear, 1, 1, clear_options},
	{"digest", "", "Tell the facts of an archive.", digest, 0, 0, digest_options},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "img-layer",
        .operands = "[options] [DIR]",
        .purpose = "Unpack, pack, compare and digest the layers of images.",
        .verbs = verbs,
        .example = "img-layer pack /etc | img-layer digest",
};

int main(int argc, char **argv)
{
	return opt_run(&tool, argc, argv);
}
