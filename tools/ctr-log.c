/*
 * ctr-log: stamp, store and rotate what a command puts out; and read it back, byte for byte.
 *
 * Like a logger in a pipeline it knows nothing of who writes. That never waits for a disk, and is
 * never killed by SIGPIPE: what cannot be stored is dropped, and the log says so once it can.
 *
 * Changes: FILE, FILE.1 and so on. `run` leaves a process behind that writes them: it has a session
 * of its own, nothing open but the log and the pipes, and ends with the last one who can write to
 * these. Needs no privilege but the right to write there.
 */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "log_pump.h"
#include "log_read.h"
#include "log_store.h"
#include "log_time.h"
#include "num.h"
#include "opt.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static struct log_limits limits = {.max_files = 5};
static int stderr_fd = -1;
static int numbers[LOG_STREAMS] = {STDOUT_FILENO, STDERR_FILENO}; /* of the command's descriptors */
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
}

static void opt_tail(const struct opt *opt, const char *arg)
{
	reading.all = strcmp(arg, "all") == 0;
	if (!reading.all)
		opt_number(opt, arg);
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
	bool whole = log_pump((int[LOG_STREAMS]){STDIN_FILENO, stderr_fd});
	uint64_t lost = log_store_close(&why);
	errno = why;
	if (lost)
		complain(argv[0], "lost %" PRIu64 " bytes", lost);
	return whole && !lost ? 0 : STATUS_FAILED;
}

/* Its two ends, with numbers that nobody asks for. */
static void make_pipe(int ends[2], int least)
{
	int made[2];

	if (pipe2(made, O_CLOEXEC))
		fail(NULL, "make a pipe");
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(made[i], F_DUPFD_CLOEXEC, least);
		if (ends[i] < 0)
			fail(NULL, "make a pipe");
		(void)close(made[i]);
	}
}

/* In a process of its own: write the log until the pipes end. ready: where to tell when it can. */
static _Noreturn void become_writer(const char *path, const int pipes[LOG_STREAMS], int ready)
{
	enum { FIRST = STDERR_FILENO + 1, READY = FIRST + LOG_STREAMS };
	int streams[LOG_STREAMS], why;

	for (int i = 0; i < LOG_STREAMS; i++)
		streams[i] = dup2(pipes[i], FIRST + i);
	if (dup2(ready, READY) < 0 || syscall(SYS_close_range, READY + 1U, ~0U, 0U) || setsid() < 0)
		fail(NULL, "detach from the caller");
	log_pump_begin();
	char made = (char)log_store_open(path, &limits);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || chdir("/"))
		fail(null < 0 ? "/dev/null" : "/", "detach from the caller");
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	(void)close(null);
	(void)write_all(READY, &made, 1); /* if nobody waits any more, the pipes end as well */
	(void)close(READY);
	(void)log_pump(streams);
	(void)log_store_close(&why);
	_exit(0);
}

/* Returns, once the log can be written, whether its file was made. */
static bool start_writer(const char *path, const int pipes[LOG_STREAMS], int least)
{
	int ready[2];
	char made;

	make_pipe(ready, least);
	pid_t child = fork();
	if (child == 0) {
		/* The writer is to be nobody's child: what is executed here does not know it. */
		pid_t writer = fork();

		if (writer == 0)
			become_writer(path, pipes, ready[1]);
		if (writer < 0)
			fail(NULL, "fork");
		_exit(0);
	}
	if (child < 0)
		fail(NULL, "fork");
	(void)close(ready[1]);
	(void)waitpid(child, NULL, 0);
	if (read(ready[0], &made, 1) != 1)
		exit(err_status); /* it has said why */
	(void)close(ready[0]);
	return made;
}

static void remove_file(void *path)
{
	(void)unlink(path);
}

static int run(int argc, char **argv)
{
	int ends[LOG_STREAMS][2], pipes[LOG_STREAMS], least = 10; /* above the writer's numbers */

	(void)argc;
	if (numbers[LOG_STDOUT] == numbers[LOG_STDERR])
		usage_error("--stdout-fd and --stderr-fd are the same");
	for (int i = 0; i < LOG_STREAMS; i++)
		least = numbers[i] >= least ? numbers[i] + 1 : least;
	for (int i = 0; i < LOG_STREAMS; i++) {
		make_pipe(ends[i], least);
		pipes[i] = ends[i][0];
	}
	if (start_writer(argv[0], pipes, least))
		on_failure(remove_file, argv[0]);
	err_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, least);
	for (int i = 0; i < LOG_STREAMS; i++)
		if (dup2(ends[i][1], numbers[i]) < 0)
			fail(NULL, "give the command descriptor %d", numbers[i]);
	exec_command(argv + 1);
}

static int read_it(int argc, char **argv)
{
	(void)argc;
	if (reading.view.json && reading.view.timestamps)
		usage_error("--json has the times anyway");
	return log_read(argv[0], &reading) ? 0 : STATUS_FAILED;
}

/* clang-format off */
static const struct opt run_options[] = {
	{"max-size", 0, "SIZE", "begin a new file before it is larger, such as 10m", opt_max_size, &limits.max_size},
	{"max-file", 0, "N", "keep at most so many (5)", opt_max_file, &limits.max_files},
	{"stdout-fd", 0, "N", "log what COMMAND writes to N (1)", opt_descriptor, &numbers[LOG_STDOUT]},
	{"stderr-fd", 0, "N", "and, as its stderr, to N (2)", opt_descriptor, &numbers[LOG_STDERR]},
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
