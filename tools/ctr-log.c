/*
 * ctr-log: stamp, store and rotate what a command puts out; and read it back, byte for byte.
 *
 * Like a logger in a pipeline it knows nothing of who writes. That never waits for a disk, and is
 * never killed by SIGPIPE: what cannot be stored is dropped, and the log says so once it can.
 *
 * Changes: FILE, FILE.1 and so on. `run` leaves a process behind that writes them: it has a session
 * of its own, nothing open but the log and what it reads, and ends with the last one who can write
 * to that. Needs no privilege but the right to write there.
 */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "log_file.h"
#include "log_pump.h"
#include "log_read.h"
#include "log_store.h"
#include "log_time.h"
#include "log_writer.h"
#include "num.h"
#include "opt.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static struct log_limits limits = {.max_files = 5};
static int stderr_fd = -1;
static int numbers[LOG_STREAMS] = {STDOUT_FILENO, STDERR_FILENO}; /* of the command's descriptors */
static bool numbers_given, passes_on;
static int console_number = -1;
static struct log_mark from;
static struct log_reading reading = {
        .all = true, .view = {.since = INT64_MIN, .until = INT64_MAX}
};

static void opt_max_size(const struct opt *opt, const char *arg)
{
	opt_size(opt, arg);
	if (limits.max_size < LOG_LEAST_SIZE)
		opt_refuse(opt, arg, "less than 1k");
}

static void opt_max_file(const struct opt *opt, const char *arg)
{
	if (num_parse(arg, 1000, opt->into) || limits.max_files == 0)
		opt_refuse(opt, arg, "not a number of files from 1 to 1000");
}

static void opt_descriptor(const struct opt *opt, const char *arg)
{
	uint64_t number;

	if (num_parse(arg, 1000000, &number))
		opt_refuse(opt, arg, "not a descriptor's number");
	*(int *)opt->into = (int)number;
	numbers_given |= opt->into != &console_number;
}

static void opt_tail(const struct opt *opt, const char *arg)
{
	reading.all = strcmp(arg, "all") == 0;
	if (!reading.all)
		opt_number(opt, arg);
}

static void opt_from(const struct opt *opt, const char *arg)
{
	if (!log_mark_parse(arg, &from))
		opt_refuse(opt, arg, "not what ctr-log mark prints");
	reading.from = &from;
}

static void opt_time(const struct opt *opt, const char *arg)
{
	if (!log_time_given(arg, opt->into))
		opt_refuse(opt, arg,
		           "not a time (such as 2026-11-25T15:00:00Z, 1795618800.5, 1h30m)");
}

static int write_it(int argc, char **argv)
{
	int why;

	(void)argc;
	log_pump_begin();
	(void)log_store_open(argv[0], &limits);
	bool whole =
	        log_pump((int[LOG_STREAMS]){STDIN_FILENO, stderr_fd}, (int[LOG_STREAMS]){-1, -1});
	uint64_t lost = log_store_close(&why);
	errno = why;
	if (lost)
		complain(argv[0], "lost %" PRIu64 " bytes", lost);
	return whole && !lost ? 0 : STATUS_FAILED;
}

/* Its two ends, with numbers that nobody asks for: of a socket, or a pipe. */
static void make_link(int ends[2], int least, bool socket)
{
	int made[2];

	if (socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made)
	           : pipe2(made, O_CLOEXEC))
		fail(NULL, "make a %s", socket ? "pair of sockets" : "pipe");
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(made[i], F_DUPFD_CLOEXEC, least);
		if (ends[i] < 0)
			fail(NULL, "make a pipe");
		(void)close(made[i]);
	}
}

static void remove_file(void *path)
{
	(void)unlink(path);
}

static void check_numbers(void)
{
	if (console_number >= 0 && (numbers_given || passes_on))
		usage_error("--console-fd excludes --stdout-fd, --stderr-fd and --tee");
	if (numbers[LOG_STDOUT] == numbers[LOG_STDERR])
		usage_error("--stdout-fd and --stderr-fd are the same");
}

static int run(int argc, char **argv)
{
	struct log_source source = {
	        .streams = {-1, -1},
                  .console = -1, .tee = passes_on
        };
	bool console = console_number >= 0;
	const int *wanted = console ? &console_number : numbers;
	int count = console ? 1 : LOG_STREAMS, ends[LOG_STREAMS][2], least = LOG_WRITER_LEAST;

	(void)argc;
	check_numbers();
	for (int i = 0; i < count; i++)
		least = wanted[i] >= least ? wanted[i] + 1 : least;
	for (int i = 0; i < count; i++) {
		make_link(ends[i], least, console);
		*(console ? &source.console : &source.streams[i]) = ends[i][0];
	}
	if (log_writer_start(argv[0], &limits, &source))
		on_failure(remove_file, argv[0]);
	err_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, least);
	for (int i = 0; i < count; i++)
		if (dup2(ends[i][1], wanted[i]) < 0)
			fail(NULL, "give the command descriptor %d", wanted[i]);
	exec_command(argv + 1);
}

static int wait_for_writer(int argc, char **argv)
{
	(void)argc;
	log_file_wait(argv[0]);
	return 0;
}

static int mark(int argc, char **argv)
{
	struct log_mark end = log_mark_end(argv[0]);

	(void)argc;
	printf("%" PRIu64 ":%" PRIu64 "\n", end.inode, end.at);
	opt_finish_stdout();
}

static int read_it(int argc, char **argv)
{
	(void)argc;
	if (reading.view.json && reading.view.timestamps)
		usage_error("--json has the times anyway");
	if (reading.from && !reading.all)
		usage_error("--from and --tail exclude each other");
	return log_read(argv[0], &reading) ? 0 : STATUS_FAILED;
}

/* clang-format off */
static const struct opt run_options[] = {
	{"max-size", 0, "SIZE", "begin a new file before it is larger, such as 10m", opt_max_size, &limits.max_size},
	{"max-file", 0, "N", "keep at most so many (5)", opt_max_file, &limits.max_files},
	{"stdout-fd", 0, "N", "log what COMMAND writes to N (1)", opt_descriptor, &numbers[LOG_STDOUT]},
	{"stderr-fd", 0, "N", "and, as its stderr, to N (2)", opt_descriptor, &numbers[LOG_STDERR]},
	{"console-fd", 0, "N", "log the terminal whose master COMMAND sends through socket N", opt_descriptor, &console_number},
	{"tee", 0, NULL, "pass it on to our own stdout and stderr as well", opt_flag, &passes_on},
	{0},
};
static const struct opt write_options[] = {
	{"max-size", 0, "SIZE", "begin a new file before it is larger, such as 10m", opt_max_size, &limits.max_size},
	{"max-file", 0, "N", "keep at most so many (5)", opt_max_file, &limits.max_files},
	{"stderr-fd", 0, "N", "log N as well, as stderr", opt_fd, &stderr_fd},
	{0},
};
static const struct opt read_options[] = {
	{"follow", 'f', NULL, "go on as long as the log is written", opt_flag, &reading.follow},
	{"tail", 'n', "N", "only the last N lines (all)", opt_tail, &reading.tail},
	{"from", 0, "MARK", "only what came behind it, as ctr-log mark printed it", opt_from, NULL},
	{"since", 0, "TIME", "only lines from then on, or the last 10m, 1h30m", opt_time, &reading.view.since},
	{"until", 0, "TIME", "only lines up to then", opt_time, &reading.view.until},
	{"timestamps", 't', NULL, "the time in front of each line", opt_flag, &reading.view.timestamps},
	{"merge", 0, NULL, "both streams to stdout", opt_flag, &reading.view.merge},
	{"json", 0, NULL, "an object a line: time, stream, partial, text", opt_flag, &reading.view.json},
	{0},
};
static const struct verb verbs[] = {
	{"write", "FILE", "log stdin until it ends", write_it, 1, 1, write_options},
	{"run", "FILE [--] COMMAND...", "execute it, logged by a process in the background", run, 2, VERB_CHAIN, run_options},
	{"read", "FILE", "show what was logged, as it was", read_it, 1, 1, read_options},
	{"mark", "FILE", "print where it ends now, for read --from", mark, 1, 1, NULL},
	{"wait", "FILE", "wait until nobody writes it", wait_for_writer, 1, 1, NULL},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "ctr-log",
        .operands = "...",
        .purpose = "Stamp, store and rotate the output of a command; read it back.",
        .verbs = verbs,
        .example = "echo hello | ctr-log write --max-size 10m ./log; ctr-log read -t ./log",
};

int main(int argc, char **argv)
{
	/* A stream that the caller has closed stays as good as closed, and its number taken. */
	while (fcntl(STDERR_FILENO, F_GETFD) < 0 || fcntl(STDOUT_FILENO, F_GETFD) < 0 ||
	       fcntl(STDIN_FILENO, F_GETFD) < 0)
		if (open("/", O_PATH | O_CLOEXEC) < 0)
			fail("/", "open");
	return opt_run(&tool, argc, argv);
}
