/*
 * tree-copy: the two halves of a copy, with a pipe between them. `send` writes a file or directory
 * as a tar archive, `receive` makes one of it where it is told, by the rules of cp(1). Either may
 * work below a root that is not its own, such as that of a container in use: nothing outside of it
 * is read or changed, whatever those inside exchange for links meanwhile, and nothing in there is
 * executed or loaded.
 *
 * Changes: what is received is made; when that fails, what is made until then stays. Needs: the
 * right to read, or to make, what is copied; for owners and devices root's, as img-layer does.
 */
#define _GNU_SOURCE
#include "depth.h"
#include "err.h"
#include "io.h"
#include "landing.h"
#include "layer_pack.h"
#include "layer_unpack.h"
#include "lookup.h"
#include "num.h"
#include "opt.h"
#include "sys.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { CHECK_MEMORY = 512 << 20 };

static const char *root_path;
static uint64_t root_of, start;
static bool follow;
static struct landing landing;
static struct layer_limit limit = LAYER_LIMITS;

static void opt_owner(const struct opt *opt, const char *arg)
{
	FREED char *copy = xstrdup(arg);
	char *group = strchr(copy, ':');
	uint64_t uid, gid;

	if (group)
		*group++ = '\0';
	/* The last number means "no change" to chown(2). */
	if (!group || num_parse(copy, UINT32_MAX - 1, &uid) ||
	    num_parse(group, UINT32_MAX - 1, &gid))
		opt_refuse(opt, arg, "not two numbers, UID:GID");
	landing.owned = true;
	landing.uid = (uid_t)uid;
	landing.gid = (gid_t)gid;
}

static int open_root(void)
{
	if (root_path && root_of)
		usage_error("one of --root and --root-of");
	if (root_of > INT_MAX)
		usage_error("--root-of: %" PRIu64 ": not a process id", root_of);
	if (root_of)
		return lookup_root_of((pid_t)root_of, start);
	if (!root_path)
		return OWN_ROOT;
	int root = open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		fail(root_path, "open");
	return root;
}

/*
 * What `path` is called in the archive, "" for the contents of a directory. *directory: it says
 * that it is one.
 */
static char *name_of(const char *path, bool *directory)
{
	const char *end = path + strlen(path);

	while (end > path && end[-1] == '/')
		end--;
	const char *begin = end;
	while (begin > path && begin[-1] != '/')
		begin--;
	char *name = xprintf("%.*s", (int)(end - begin), begin);
	*directory = *end || !strcmp(name, ".") || !strcmp(name, "..");
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		*name = '\0';
	return name;
}

static int send_it(int argc, char **argv)
{
	bool directory;
	struct layer_source source = {.path = argv[0], .live = true};

	(void)argc;
	/* libarchive translates names from the language of the user to that of archives. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	if (isatty(STDOUT_FILENO))
		refuse("standard output", "is a terminal, which is no place for an archive");
	allow_depth();
	source.name = name_of(argv[0], &directory);
	source.fd = lookup(open_root(), argv[0],
	                   (uint64_t)(O_PATH | (directory ? O_DIRECTORY : 0) |
	                              (follow || directory ? 0 : O_NOFOLLOW)));
	if (source.fd < 0)
		fail(argv[0], "open");
	layer_pack(&source, STDOUT_FILENO, NULL);
	return 0;
}

/* The other end of the pipe was closed before anything came through it. */
static bool nothing_comes(void)
{
	struct pollfd input = {STDIN_FILENO, POLLIN, 0};

	return poll(&input, 1, -1) == 1 && input.revents == POLLHUP;
}

static void tick(struct stream *stream)
{
	(void)stream;
}

static int receive(int argc, char **argv)
{
	static struct tree tree;
	struct layer_facts facts;
	struct layer_counts counts = {0};

	(void)argc;
	if (nothing_comes())
		return STATUS_FAILED; /* who was to send something has said why not */
	allow_depth();
	(void)umask(0);
	landing.root = open_root();
	landing.path = argv[0];
	landing_open(&landing, &tree);
	tree.limit = &limit;
	struct stream *stream = stream_open(STDIN_FILENO, "standard input", -1, NULL);
	layer_unpack(stream, &tree, &counts, tick);
	uint64_t zeros = stream_finish(stream, &facts);
	layer_check_end("standard input", &counts, facts.tar_size, zeros);
	if (counts.entries)
		tree_finish(&tree);
	printf("content\t%" PRIu64 "\nentries\t%" PRIu64 "\n", counts.content, counts.entries);
	opt_finish_stdout();
}

/* What libarchive keeps of a first entry, which may come out of next to nothing, is no archive
 * then. */
static void limit_memory(void)
{
	const struct rlimit memory = {CHECK_MEMORY, CHECK_MEMORY};

	(void)setrlimit(RLIMIT_DATA, &memory); /* where it is less already, that stays */
}

/* By its first entry, whatever that is called; an empty archive is a file like any other. */
static int check(int argc, char **argv)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *first;

	(void)argc, (void)argv;
	limit_memory();
	if (!archive)
		fail(NULL, "memory");
	int result = ARCHIVE_FATAL;
	if (archive_read_support_format_tar(archive) == ARCHIVE_OK &&
	    archive_read_support_filter_gzip(archive) == ARCHIVE_OK &&
	    archive_read_support_filter_bzip2(archive) == ARCHIVE_OK &&
	    archive_read_support_filter_xz(archive) == ARCHIVE_OK &&
	    archive_read_support_filter_zstd(archive) == ARCHIVE_OK &&
	    archive_read_open_fd(archive, STDIN_FILENO, 64 << 10) == ARCHIVE_OK)
		result = archive_read_next_header(archive, &first);
	(void)archive_read_free(archive);
	return result == ARCHIVE_OK || result == ARCHIVE_WARN ? 0 : STATUS_FAILED;
}

/* clang-format off */
static const struct opt common_options[] = {
	{"root", 0, "DIR", "paths are below this directory, and never lead out of it", opt_string, &root_path},
	{"root-of", 0, "PID", "the same, below the root of a running process", opt_number, &root_of},
	{"start", 0, "TICKS", "only if it started then: field 22 of /proc/PID/stat", opt_number, &start},
	{0},
};
static const struct opt send_options[] = {
	{"follow", 'L', NULL, "if PATH is a symbolic link, send what it leads to", opt_flag, &follow},
	{0},
};
static const struct opt receive_options[] = {
	{"into", 0, NULL, "DEST has to be a directory", opt_flag, &landing.into},
	LAYER_LIMIT_OPTIONS(limit),
	{"no-devices", 0, NULL, "leave them out", opt_flag, &landing.no_devices},
	{"owner", 0, "UID:GID", "whom it is to belong to (normal: as in the archive)", opt_owner, NULL},
	{0},
};
static const struct verb verbs[] = {
	{"send", "PATH", "Write a file or directory as an archive.", send_it, 1, 1, send_options},
	{"receive", "DEST", "Read an archive, and make it there.", receive, 1, 1, receive_options},
	{"check", "", "Exit with 1 if what comes is no archive.", check, 0, 0, NULL},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "tree-copy",
        .operands = "[options] [PATH]",
        .purpose = "Copy files out of one root into another, through a pipe.",
        .options = common_options,
        .verbs = verbs,
        .example = "tree-copy send /etc/passwd | tree-copy receive --owner 0:0 /tmp/passwd.copy && "
                   "rm /tmp/passwd.copy",
};

int main(int argc, char **argv)
{
	return opt_run(&tool, argc, argv);
}
