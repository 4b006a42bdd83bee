/* Input: see typing.h. */
#define _GNU_SOURCE
#include "typing.h"

#include "flow.h"
#include "tty_guard.h"
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct flow input = {.from = -1, .to = -1};
static struct detach_keys *leave_by; /* NULL: our terminal is not in raw mode */

void typing_begin(int to, struct detach_keys *keys)
{
	if (to < 0)
		return;
	input.from = STDIN_FILENO;
	input.to = to;
	if (!keys || !isatty(STDIN_FILENO))
		return;
	leave_by = keys;
	tty_guard_begin(STDIN_FILENO);
	tty_guard_raw();
}

void typing_size(int master, bool redraw)
{
	struct winsize size, before;
	int fd = 0;

	while (fd < 3 && ioctl(fd, TIOCGWINSZ, &size))
		fd++;
	if (fd == 3)
		return;
	if (redraw && ioctl(master, TIOCGWINSZ, &before) == 0 && before.ws_row == size.ws_row &&
	    before.ws_col == size.ws_col) {
		before.ws_row++;
		(void)ioctl(master, TIOCSWINSZ, &before);
	}
	(void)ioctl(master, TIOCSWINSZ, &size); /* of any size it is a terminal */
}

void typing_polls(struct pollfd polls[TYPING_POLLS])
{
	polls[0] = (struct pollfd){flow_source(&input), POLLIN, 0};
	polls[1] = (struct pollfd){flow_sink(&input), POLLOUT, 0};
}

/* A reader sees that, if nobody else has the pipe open. */
static void end_input(void)
{
	if (input.to >= 0)
		(void)close(input.to);
	input.from = input.to = -1;
}

static enum typing read_input(void)
{
	char typed[sizeof(input.data) - DETACH_KEYS_MOST];
	ssize_t got = read(STDIN_FILENO, typed, sizeof(typed));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return TYPING_GOES_ON;
	if (got <= 0) {
		end_input();
		return leave_by ? TYPING_GONE : TYPING_GOES_ON; /* a raw one ends in no other way */
	}
	input.start = 0;
	input.end = (size_t)got;
	if (!leave_by) {
		memcpy(input.data, typed, input.end);
	} else if (detach_keys_filter(leave_by, typed, input.end, input.data, &input.end)) {
		(void)flow_write(&input); /* what came before the keys, if there is room */
		tty_guard_end(NULL);
		return TYPING_LEFT;
	}
	return TYPING_GOES_ON;
}

enum typing typing_turn(const struct pollfd polls[TYPING_POLLS])
{
	if (polls[1].revents && flow_write(&input))
		end_input();
	return polls[0].revents ? read_input() : TYPING_GOES_ON;
}
