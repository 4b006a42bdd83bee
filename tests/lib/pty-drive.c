/*
 * pty-drive [ACTION...] -- COMMAND [ARG...]: run a command on a new terminal, as a person at it
 * would.
 *
 * The command leads a session of its own with that terminal as 0, 1 and 2, and ignores no signal.
 * What it writes there goes to stdout as it is. The actions are done one after the other:
 *     size=ROWSxCOLUMNS   the window has another size; as first action: before the command starts
 *     expect=TEXT         wait until TEXT has been written, behind what the last expect has found
 *     send=TEXT           type it
 *     send-file=FILE      type its contents, while reading on
 *     raw, cooked         wait until the terminal is in raw mode; until lines are edited and echoed
 *     restored            wait until its modes are exactly those at the start
 *     kill=SIGNAL         send the command a signal
 *     hangup              the terminal goes away
 *     deadline=SECONDS    everything that follows has to be done within these (10 at the start)
 *     nap=MILLISECONDS    only read for so long, to see that something does not happen
 * In TEXT \n \r \t \e \\ \xHH stand for what they do in C (\e: escape).
 * Then, and in each wait, it reads on until the command has ended and all was read.
 *
 * Exit status: the command's, 128 + N when a signal ended it; 124 when the deadline passed or it
 * ended before an expect or mode was there, which is said on stderr; 125 for what is wrong here.
 * The command is dead in every case; what it left in the background is not our business.
 */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "num.h"
#include "signals.h"
#include "sys.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

static int master, ended, status;
static pid_t child;
static long long deadline;
static struct termios first;
static char *seen; /* all output; what expect has found is behind us */
static size_t seen_length, found;
static const char *action;

static long long now(void) /* in milliseconds */
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static _Noreturn void give_up(const char *why)
{
	complain_plainly(action, "%s; so far: %.*s", why, (int)seen_length, seen ? seen : "");
	if (!ended) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
	exit(124);
}

/* Undo the escapes, in place; returns the length. */
static size_t unescape(char *text)
{
	static const char from[] = "nrte\\", to[] = "\n\r\t\033\\";
	char *at = text;

	for (const char *c = text; *c; c++) {
		unsigned int byte;

		if (c[0] == '\\' && c[1] == 'x' && sscanf(c + 2, "%2x", &byte) == 1) {
			*at++ = (char)byte;
			c += 3;
		} else if (c[0] == '\\' && c[1] && strchr(from, c[1])) {
			*at++ = to[strchr(from, *++c) - from];
		} else {
			*at++ = *c;
		}
	}
	return (size_t)(at - text);
}

static void set_size(const char *size)
{
	struct winsize window = {0};

	if (sscanf(size, "%hux%hu", &window.ws_row, &window.ws_col) != 2 ||
	    ioctl(master, TIOCSWINSZ, &window))
		fail(size, "set the window's size");
}

static void start(char **command)
{
	child = fork();
	if (child < 0)
		fail(NULL, "fork");
	if (child)
		return;
	int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0 || setsid() < 0 || ioctl(slave, TIOCSCTTY, 0) ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL))
		fail(NULL, "a session on the terminal");
	for (int fd = 0; fd < 3; fd++)
		(void)dup2(slave, fd);
	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL); /* a shell's background jobs ignore some */
	exec_command(command);
}

/* Read what there is. false: there is nothing, at the moment or any more. */
static bool take_output(void)
{
	char data[65536];
	ssize_t got = master < 0 ? 0 : read(master, data, sizeof(data));

	if (got <= 0)
		return false;
	if (write_all(STDOUT_FILENO, data, (size_t)got))
		fail("standard output", "write");
	seen = xrealloc(seen, seen_length + (size_t)got);
	memcpy(seen + seen_length, data, (size_t)got);
	seen_length += (size_t)got;
	return true;
}

/* Wait a little for something to read, or to write if so wanted. true: the latter. */
static bool pump(bool to_write)
{
	struct pollfd p = {master, (short)(POLLIN | (to_write ? POLLOUT : 0)), 0};
	int how;

	if (now() > deadline)
		give_up("the deadline has passed");
	if (!ended && waitpid(child, &how, WNOHANG) == child) {
		ended = 1;
		status = WIFEXITED(how) ? WEXITSTATUS(how) : STATUS_SIGNAL + WTERMSIG(how);
	}
	(void)poll(&p, 1, ended ? 0 : 10);
	/* What nobody has open, for now, is hung up all the time. */
	if (!take_output() && p.revents & POLLHUP && !ended)
		(void)poll(NULL, 0, 10);
	return p.revents & POLLOUT;
}

static void type(const char *text, size_t length)
{
	while (length) {
		if (!pump(true))
			continue;
		ssize_t done = write(master, text, length);
		if (done < 0 && errno != EAGAIN)
			fail("terminal", "write");
		if (done > 0) {
			text += done;
			length -= (size_t)done;
		}
	}
}

static bool is_there(const char *text, size_t length)
{
	char *at = seen ? memmem(seen + found, seen_length - found, text, length) : NULL;

	if (at)
		found = (size_t)(at - seen) + length;
	return at != NULL;
}

static bool has_modes(const char *which)
{
	const tcflag_t line = ICANON | ECHO | ISIG;
	struct termios t = {0};

	if (tcgetattr(master, &t))
		fail("terminal", "read its modes");
	if (strcmp(which, "raw") == 0)
		return !(t.c_lflag & line) && !(t.c_oflag & OPOST);
	if (strcmp(which, "cooked") == 0)
		return (t.c_lflag & line) == line;
	return t.c_iflag == first.c_iflag && t.c_oflag == first.c_oflag &&
	       t.c_cflag == first.c_cflag && t.c_lflag == first.c_lflag &&
	       memcmp(t.c_cc, first.c_cc, sizeof(t.c_cc)) == 0;
}

static void do_expect(char *text)
{
	size_t length = unescape(text);

	while (!is_there(text, length)) {
		if (ended && !take_output())
			give_up("the command has ended");
		pump(false);
	}
}

static void do_send(char *text)
{
	size_t length = unescape(text);

	type(text, length);
}

static void do_send_file(char *name)
{
	size_t length;
	FREED char *text = read_file(AT_FDCWD, name, SIZE_MAX / 2, &length);

	if (!text)
		fail(name, "read");
	type(text, length);
}

static void do_modes(char *unused)
{
	(void)unused;
	while (!has_modes(action)) {
		if (ended && !take_output() && strcmp(action, "restored") != 0)
			give_up("the command has ended");
		pump(false);
	}
}

static void do_kill(char *name)
{
	if (!signal_find(name))
		refuse(name, "no such signal");
	(void)kill(child, signal_find(name)); /* a zombie at worst, until we have reaped it */
}

static void do_hangup(char *unused)
{
	(void)unused;
	(void)close(master);
	master = -1;
}

static void do_deadline(char *seconds)
{
	deadline = now() + atoi(seconds) * 1000LL;
}

static void do_nap(char *milliseconds)
{
	long long end = now() + atoi(milliseconds);

	while (now() < end)
		pump(false);
}

static void do_size(char *size)
{
	set_size(size);
}

static const struct {
	const char *name;
	void (*act)(char *arg);
} actions[] = {
        {"size=",      do_size     },
        {"expect=",    do_expect   },
        {"send=",      do_send     },
        {"send-file=", do_send_file},
        {"raw",        do_modes    },
        {"cooked",     do_modes    },
        {"restored",   do_modes    },
        {"kill=",      do_kill     },
        {"hangup",     do_hangup   },
        {"deadline=",  do_deadline },
        {"nap=",       do_nap      },
        {NULL,         NULL        },
};

static void act(char *what)
{
	FREED char *name = xstrdup(what);
	size_t length = 0;

	action = name;
	for (int i = 0; actions[i].name; i++) {
		length = strlen(actions[i].name);
		if (strncmp(what, actions[i].name, length) == 0 &&
		    (!what[length] || actions[i].name[length - 1] == '=')) {
			actions[i].act(what + length);
			action = "end";
			return;
		}
	}
	refuse(what, "no such action");
}

int main(int argc, char **argv)
{
	int i = 1, command = 1;

	err_status = STATUS_OWN;
	while (command < argc && strcmp(argv[command], "--") != 0)
		command++;
	if (command + 1 >= argc)
		refuse(NULL, "usage: pty-drive [ACTION...] -- COMMAND [ARG...]");
	deadline = now() + 10000;
	master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (master < 0 || unlockpt(master) || tcgetattr(master, &first))
		fail("/dev/ptmx", "open");
	set_size(strncmp(argv[i], "size=", 5) == 0 ? argv[i++] + 5 : "24x80");
	start(argv + command + 1);
	while (i < command)
		act(argv[i++]);
	action = "end";
	while (!ended)
		pump(false);
	while (take_output())
		;
	return status;
}
