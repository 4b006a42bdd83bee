/* How long ago, in words: see record_fields.h. */
#include "record_fields.h"

#include <inttypes.h>
#include <stdio.h>

#define MINUTE INT64_C(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

const char *ago_text(int64_t then, int64_t now)
{
	static char text[40];
	static const struct {
		int64_t below, unit; /* seconds */
		const char *name;
	} scales[] = {
	        {MINUTE,    1,         "seconds"},
                {HOUR,      MINUTE,    "minutes"},
	        {48 * HOUR, HOUR,      "hours"  },
                {14 * DAY,  DAY,       "days"   },
	        {60 * DAY,  7 * DAY,   "weeks"  },
                {730 * DAY, 30 * DAY,  "months" },
	        {INT64_MAX, 365 * DAY, "years"  },
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
	               scales[i].unit == HOUR ? hours : seconds / scales[i].unit, scales[i].name);
	return text;
}
