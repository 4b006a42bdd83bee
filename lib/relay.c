/* A terminal's bytes and size: see relay.h. */
#define _GNU_SOURCE
#include "relay.h"

#include "err.h"
#include "flow.h"
#include "io.h"
#include "tty_guard.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { LOOK_MS = 200 }; /* how often to look again when quiet, or over */

static int master = -1, copy = -1;
static bool quiet;    /* nobody inside has the terminal open, and somebody may open it again */
static bool draining; /* nobody will */
static bool over;     /* the input is, which nobody inside may have heard of */
static struct flow input = {.from = -1, .to = -1}, output = {.from = -1, .to = -1};

void relay_size(void)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80}; /* where none of the three has one */

	for (int fd = 0; fd < 3; fd++)
		if (ioctl(fd, TIOCGWINSZ, &size) == 0)
			break;
	if (master >= 0)
		(void)ioctl(master, TIOCSWINSZ, &size); /* of any size it is a terminal */
}

void relay_begin(int of, bool with_input)
{
	unsigned int number;

	if (ioctl(of, TIOCGPTN, &number) || fcntl(of, F_SETFL, O_RDWR | O_NONBLOCK))
		fail("what was received", "use as the master of a pseudo-terminal");
	master = of;
	relay_size();
	output.from = master;
	output.to = flow_own_sink(STDOUT_FILENO);
	if (!with_input)
		return;
	input.from = STDIN_FILENO;
	input.to = master;
	if (isatty(STDIN_FILENO)) {
		tty_guard_begin(STDIN_FILENO);
		tty_guard_raw();
	}
}

void relay_copy(int fd)
{
	copy = fd;
}

void relay_polls(struct pollfd polls[RELAY_POLLS], int *patience)
{
	/* A terminal that nobody has open is hung up all the time, so it is not waited for. */
	polls[0] = (struct pollfd){flow_source(&input), POLLIN, 0};
	polls[1] = (struct pollfd){quiet ? -1 : flow_sink(&input), POLLOUT, 0};
	polls[2] = (struct pollfd){quiet ? -1 : flow_source(&output), POLLIN, 0};
	polls[3] = (struct pollfd){flow_sink(&output), POLLOUT, 0};
	*patience = -1;
	if (flow_source(&output) >= 0 && (quiet || draining || over))
		*patience = draining ? 0 : LOOK_MS;
}

/*
 * Input that is no terminal has ended: type what a person would type then, ^D, twice within a line.
 * Whoever reads byte by byte gets one as well, for most line editors know what it means.
 */
static void end_input(bool at_line_start)
{
	struct termios modes;

	input.from = -1;
	over = true;
	if (tcgetattr(master, &modes))
		return;
	input.data[0] = input.data[1] = (char)modes.c_cc[VEOF];
	input.start = 0;
	input.end = at_line_start || !(modes.c_lflag & ICANON) ? 1 : 2;
}

/*
 * As a pipe that has ended does so for everybody who reads it, ^D is typed again when the last one
 * was taken and nothing came of it. So it also reaches a shell that sets its own modes when it
 * starts, to which the one before was a NUL.
 */
static void end_input_again(void)
{
	CLOSED int inside = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct pollfd unread = {inside, POLLIN, 0};

	if (inside >= 0 && poll(&unread, 1, 0) == 0)
		end_input(true);
}

static bool read_input(void)
{
	static bool at_line_start = true;
	ssize_t got = flow_read(&input);

	if (got > 0)
		at_line_start = input.data[got - 1] == '\n';
	else if (got == 0 && !isatty(STDIN_FILENO))
		end_input(at_line_start);
	else
		return got < 0 && errno == EAGAIN; /* a raw terminal ends only when it is gone */
	return true;
}

static void read_output(void)
{
	ssize_t got = flow_read(&output);

	if (got > 0 && copy >= 0 && write_all(copy, output.data, (size_t)got))
		copy = -1;
	/* EIO: all was read, and nobody has it open. Before it says that or EAGAIN, the kernel has
	 * moved over what had been written: nothing is under way any more. */
	quiet = got < 0 && errno != EAGAIN;
	if (draining && got <= 0)
		output.from = -1;
}

bool relay_turn(const struct pollfd polls[RELAY_POLLS])
{
	bool goes = true, idle = true;

	for (int i = 0; i < RELAY_POLLS; i++)
		idle &= !polls[i].revents;
	if (idle && over && !draining && flow_sink(&input) < 0)
		end_input_again();

	if (polls[0].revents)
		goes = read_input();
	if (polls[1].revents && flow_sink(&input) >= 0)
		goes &= flow_write(&input) == 0;
	if (flow_source(&output) >= 0 && (polls[2].revents || quiet || draining))
		read_output();
	if (polls[3].revents && flow_sink(&output) >= 0)
		goes &= flow_write(&output) == 0;
	return goes;
}

void relay_drain(void)
{
	draining = true;
	input.from = -1;
	input.start = input.end = 0;
}

bool relay_is_done(void)
{
	return flow_source(&output) < 0 && flow_sink(&output) < 0;
}

void relay_end(void)
{
	if (master >= 0)
		(void)close(master);
	master = input.from = input.to = output.from = output.to = -1;
}
