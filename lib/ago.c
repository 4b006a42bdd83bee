/* How long ago, in words: see record_fields.h. */
#include "record_fields.h"

#include <inttypes.h>
#include <stdio.h>

const char *ago_text(int64_t then, int64_t now)
{
	static char text[40];
	static const struct {
		int64_t below, unit; /* seconds */
		const char *name;
	} scales[] = {
	        {60,           1,           "seconds"},
	        {3600,         60,          "minutes"},
	        {48 * 3600L,   3600,        "hours"  },
	        {14 * 86400L,  86400,       "days"   },
	        {60 * 86400L,  7 * 86400,   "weeks"  },
	        {730 * 86400L, 30 * 86400,  "months" },
	        {INT64_MAX,    365 * 86400, "years"  },
	};
	int64_t seconds = (now - then) / 1000000000;
	int64_t hours = (seconds + 1800) / 3600; /* as Docker has it: hours alone are rounded */
	size_t i = 0;

	if (seconds < 1)
		return "Less than a second";
	if (seconds == 1)
		return "1 second";
	if (seconds >= 60 && seconds < 120)
		return "About a minute";
	if (seconds >= 3600 && hours == 1)
		return "About an hour";
	while (seconds >= scales[i].below)
		i++;
	(void)snprintf(text, sizeof(text), "%" PRId64 " %s",
	               scales[i].unit == 3600 ? hours : seconds / scales[i].unit, scales[i].name);
	return text;
}
