/* Which events are to be told, and how, from a command line: see event.h. */
#define _GNU_SOURCE
#include "err.h"
#include "event.h"
#include "log_time.h"

struct event_view event_view_given = {.since = INT64_MIN, .until = INT64_MAX};
static bool json, go_names, text;

/* clang-format off */
const struct opt event_options[] = {
	{"since", 0, "TIME", "from then on: a time, or so long ago, such as 10m (now)", event_opt_time, &event_view_given.since},
	{"until", 0, "TIME", "up to then", event_opt_time, &event_view_given.until},
	{"filter", 0, "KEY=VALUE", "container, event, image, label, type (repeatable)", event_opt_filter, &event_view_given.filters},
	{"json", 0, NULL, "an object a line, as Docker has it", opt_flag, &json},
	{"go-names", 0, NULL, "the same, with the names that its templates have, too", opt_flag, &go_names},
	{"text", 0, NULL, "as Docker prints it", opt_flag, &text},
	{0},
};
/* clang-format on */

void event_view_check(void)
{
	if (json && text)
		usage_error("one of --json, --text");
	if (event_view_given.since == INT64_MIN)
		event_view_given.since = log_now();
	event_view_given.format = go_names ? EVENT_JSON_GO
	                          : json   ? EVENT_JSON
	                          : text   ? EVENT_TEXT
	                                   : EVENT_LINES;
}
