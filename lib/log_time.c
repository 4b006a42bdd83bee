/* Times of a log: see log_time.h. */
#define _GNU_SOURCE
#include "log_time.h"

#include "num.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t second = 1000000000;

int64_t log_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * second + now.tv_nsec;
}

const char *log_time_text(int64_t time, char text[LOG_TIME_SIZE])
{
	enum { SECONDS = sizeof("2026-11-25T15:03:47") };
	time_t seconds = time / second;
	struct tm tm;

	(void)strftime(text, SECONDS, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	(void)snprintf(text + SECONDS - 1, LOG_TIME_SIZE - SECONDS + 1, ".%09uZ",
	               (unsigned int)(time % second) % 1000000000U);
	return text;
}

/* What is still to be parsed. */
struct rest {
	const char *at, *end;
};

static bool take(struct rest *rest, char c)
{
	return rest->at < rest->end && *rest->at == c && rest->at++;
}

/* Exactly so many digits. */
static bool take_number(struct rest *rest, int digits, int *value)
{
	for (*value = 0; digits; digits--, rest->at++) {
		if (rest->at == rest->end || !isdigit((unsigned char)*rest->at))
			return false;
		*value = 10 * *value + *rest->at - '0';
	}
	return true;
}

static bool take_date(struct rest *rest, struct tm *tm)
{
	if (!take_number(rest, 4, &tm->tm_year) || !take(rest, '-') ||
	    !take_number(rest, 2, &tm->tm_mon) || !take(rest, '-') ||
	    !take_number(rest, 2, &tm->tm_mday))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return tm->tm_mon >= 0 && tm->tm_mon < 12 && tm->tm_mday >= 1 && tm->tm_mday <= 31;
}

static bool take_clock(struct rest *rest, struct tm *tm, int64_t *fraction)
{
	if (!take_number(rest, 2, &tm->tm_hour) || !take(rest, ':') ||
	    !take_number(rest, 2, &tm->tm_min) || !take(rest, ':') ||
	    !take_number(rest, 2, &tm->tm_sec))
		return false;
	if (take(rest, '.')) {
		const char *begin = rest->at;
		int64_t unit = second / 10;

		for (; rest->at < rest->end && isdigit((unsigned char)*rest->at); rest->at++) {
			*fraction += (*rest->at - '0') * unit;
			unit /= 10; /* beyond the ninth digit, nothing */
		}
		if (rest->at == begin)
			return false;
	}
	return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec <= 60;
}

/* Z, or so many hours and minutes to the east. *local: there is none. */
static bool take_zone(struct rest *rest, bool *local, int *east)
{
	int hours, minutes, sign;

	*east = 0;
	*local = rest->at == rest->end;
	if (*local || take(rest, 'Z') || take(rest, 'z'))
		return true;
	sign = take(rest, '-') ? -1 : 1;
	if ((sign > 0 && !take(rest, '+')) || !take_number(rest, 2, &hours) || !take(rest, ':') ||
	    !take_number(rest, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*east = sign * (hours * 60 + minutes) * 60;
	return true;
}

bool log_time_parse(const char *text, size_t length, int64_t *time)
{
	struct rest rest = {text, text + length};
	struct tm tm = {.tm_isdst = -1};
	int64_t fraction = 0, whole;
	bool local = true;
	int east = 0;

	if (!take_date(&rest, &tm))
		return false;
	int day = tm.tm_mday;
	if ((take(&rest, 'T') || take(&rest, 't') || take(&rest, ' ')) &&
	    (!take_clock(&rest, &tm, &fraction) || !take_zone(&rest, &local, &east)))
		return false;
	if (rest.at < rest.end)
		return false;
	bool leap = tm.tm_sec == 60;
	whole = (local ? mktime(&tm) : timegm(&tm)) - east;
	if (tm.tm_mday != day && !leap) /* a 31st of a month that has none */
		return false;
	if (__builtin_mul_overflow(whole, second, time) ||
	    __builtin_add_overflow(*time, fraction, time))
		*time = whole < 0 ? INT64_MIN : INT64_MAX;
	return true;
}

/* Numbers with units, as Go has them. */
static bool parse_duration(const char *text, int64_t *duration)
{
	static const struct {
		char name[3];
		int64_t length;
	} units[] = {
	        {"h",  3600000000000},
                {"ms", 1000000      },
                {"m",  60000000000  },
	        {"s",  1000000000   },
                {"us", 1000         },
                {"ns", 1            }
        };
	const size_t count = sizeof(units) / sizeof(units[0]);

	*duration = 0;
	while (*text) {
		char number[40] = "";
		size_t digits = strspn(text, "0123456789."), unit = 0;
		uint64_t nano;

		if (digits >= sizeof(number))
			return false;
		memcpy(number, text, digits);
		text += digits;
		while (unit < count &&
		       strncmp(text, units[unit].name, strlen(units[unit].name)) != 0)
			unit++;
		if (unit == count || num_nano(number, &nano))
			return false;
		text += strlen(units[unit].name);
		__int128 length = (__int128)nano * units[unit].length / second + *duration;
		if (length > INT64_MAX)
			return false;
		*duration = (int64_t)length;
	}
	return true;
}

bool log_time_given(const char *text, int64_t *time)
{
	uint64_t nano;
	int64_t duration;

	if (num_nano(text, &nano) == 0) {
		*time = nano > INT64_MAX ? INT64_MAX : (int64_t)nano;
		return true;
	}
	if (log_time_parse(text, strlen(text), time))
		return true;
	if (!*text || !parse_duration(text, &duration))
		return false;
	*time = log_now() - duration;
	return true;
}
