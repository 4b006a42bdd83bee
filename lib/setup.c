/* Setting a child up from outside: see setup.h. */
#define _GNU_SOURCE
#include "setup.h"

#include "err.h"
#include "fd_pass.h"
#include "io.h"
#include "supervise.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

void setup_make(struct setup *setup)
{
	if (setup->number >= 0 && pipe2(setup->ends, O_CLOEXEC))
		fail(NULL, "make a pipe");
}

int setup_in_child(const struct setup *setup)
{
	if (setup->number < 0)
		return -1;
	(void)close(setup->ends[1]); /* or the end of the file would never come */
	if (dup2(setup->ends[0], setup->number) < 0)
		fail(NULL, "make the pipe descriptor %d", setup->number);
	return setup->number;
}

/* The word with `pid` for each `{}`; never freed. */
static char *filled(char *word, const char *pid)
{
	char *mark;

	while ((mark = strstr(word, "{}")))
		word = xprintf("%.*s%s%s", (int)(mark - word), word, pid, mark + 2);
	return word;
}

/*
 * Take what a hook has sent. There may be more than the soft limit allows, which is for programs
 * that know no better; those that are started later on get it unchanged.
 */
static bool take(int socket, struct fds *held)
{
	struct rlimit limit, most;
	int result;

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	most = (struct rlimit){limit.rlim_max, limit.rlim_max};
	(void)setrlimit(RLIMIT_NOFILE, &most);
	while ((result = fds_receive(socket, held)) == 0)
		;
	int reason = errno;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	errno = reason;
	return errno == EAGAIN;
}

static bool run(struct setup *setup, char **words, pid_t child, bool apart, int out,
                const int pair[2])
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", child);
	for (char **word = words + 1; *word; word++)
		*word = filled(*word, number);
	pid_t hook = hook_start(words, out, pair[1]);
	if (hook < 0 || !hook_ended_well(words[0], supervise_helper(hook, child, apart)))
		return false;
	if (!take(pair[0], &setup->held)) {
		complain(words[0], "take the descriptors that the hook sent");
		return false;
	}
	return true;
}

/* What waits to be taken is not to make a hook wait: it would be for ever. */
static void make_pair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ||
	    fcntl(pair[1], F_SETFL, O_NONBLOCK))
		fail(NULL, "make a pair of sockets");
}

static void close_both(const int ends[2])
{
	(void)close(ends[0]);
	(void)close(ends[1]);
}

bool setup_run(struct setup *setup, pid_t child, bool apart, int out)
{
	bool ended = false, well = true;
	int pair[2];

	if (setup->hooks.count)
		make_pair(pair);
	for (size_t i = 0; well && !ended && i < setup->hooks.count; i++) {
		well = run(setup, hook_words(&setup->hooks, i), child, apart,
		           out < 0 ? STDERR_FILENO : out, pair);
		ended = supervise_ended(child);
	}
	if (setup->hooks.count)
		close_both(pair);
	if (!well && !ended)
		(void)kill(child, SIGKILL); /* before it sees the end of the pipe */
	/* We have the reading end as well, so there is no SIGPIPE. */
	else if (setup->number >= 0 && write_all(setup->ends[1], "s", 1))
		complain("--setup-fd", "write");
	if (setup->number >= 0)
		close_both(setup->ends);
	return well || ended;
}

void setup_release(struct setup *setup)
{
	while (setup->held.count)
		(void)close(setup->held.at[--setup->held.count]);
}
