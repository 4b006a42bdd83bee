/*
 * porthold [--give N] [--families 46] SPEC...: hold ports as netsetup does, for port-hold.bats.
 * Prints a line `SPEC` for each socket; then sends them through the socket N, or keeps them to the
 * end of stdin.
 */
#include "err.h"
#include "io.h"
#include "opt.h"
#include "port_hold.h"
#include <stdio.h>
#include <string.h>

static const char *families = "46";
static int give = -1;

/* clang-format off */
static const struct opt options[] = {
	{"give", 0, "N", "send them there", opt_fd, &give},
	{"families", 0, "46", "for what has no address", opt_string, &families},
	{0},
};
/* clang-format on */
static const struct tool tool = {.name = "porthold",
                                 .operands = "SPEC...",
                                 .purpose = "Hold ports.",
                                 .options = options};

int main(int argc, char **argv)
{
	int first = opt_parse(&tool, argc, argv);
	size_t count = (size_t)(argc - first);
	struct portspec *specs = xalloc((count + 1) * sizeof(*specs));
	struct port_hold hold = {0};
	char text[PORTSPEC_TEXT], end;

	for (size_t i = 0; i < count; i++) {
		const char *why = portspec_parse(argv[first + (int)i], true, &specs[i]);
		if (why)
			refuse(argv[first + (int)i], "%s", why);
	}
	port_hold(&hold, specs, count, strchr(families, '4'), strchr(families, '6'));
	for (size_t i = 0; i < hold.count; i++)
		puts(portspec_text(&hold.at[i].spec, text));
	(void)fflush(stdout);
	if (give >= 0)
		port_hold_give(&hold, give);
	else
		while (read(STDIN_FILENO, &end, 1) > 0)
			;
	port_hold_end(&hold);
	free(specs);
	return 0;
}
