/* Strict numbers: see num.h. */
#define _GNU_SOURCE
#include "num.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static int invalid(int why)
{
	errno = why;
	return -1;
}

int num_parse(const char *text, uint64_t max, uint64_t *result)
{
	uint64_t value = 0;

	if (!*text)
		return invalid(EINVAL);
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return invalid(EINVAL);
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value) || value > max)
			return invalid(ERANGE);
	}
	*result = value;
	return 0;
}

/*
 * digits[.digits] times unit, rounded down; *end is set behind the last digit. Digits of the
 * fraction beyond the ninth do not count.
 */
static int parse_fraction(const char *text, uint64_t unit, uint64_t *result, const char **end)
{
	uint64_t whole = 0, fraction = 0, scale = 1;

	if (!isdigit((unsigned char)*text))
		return invalid(EINVAL);
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, (uint64_t)(*text - '0'), &whole))
			return invalid(ERANGE);
	if (*text == '.') {
		if (!isdigit((unsigned char)*++text))
			return invalid(EINVAL);
		for (; isdigit((unsigned char)*text); text++)
			if (scale < 1000000000) {
				fraction = fraction * 10 + (uint64_t)(*text - '0');
				scale *= 10;
			}
	}
	*end = text;
	if (__builtin_mul_overflow(whole, unit, &whole) ||
	    __builtin_add_overflow(whole, (uint64_t)((unsigned __int128)fraction * unit / scale),
	                           &whole))
		return invalid(ERANGE);
	*result = whole;
	return 0;
}

int num_size(const char *text, uint64_t *bytes)
{
	static const char units[] = "bkmgtp";
	const char *unit = units, *end = text + strspn(text, "0123456789."), *number_end;

	if (*end) {
		unit = strchr(units, tolower((unsigned char)*end));
		if (!unit)
			return invalid(EINVAL);
		if (end[1] &&
		    (*unit == 'b' || (strcasecmp(end + 1, "b") && strcasecmp(end + 1, "ib"))))
			return invalid(EINVAL);
	}
	uint64_t value;
	if (parse_fraction(text, UINT64_C(1) << (10 * (unit - units)), &value, &number_end))
		return -1;
	if (number_end != end)
		return invalid(EINVAL);
	*bytes = value;
	return 0;
}

int num_nano(const char *text, uint64_t *nano)
{
	const char *end;
	uint64_t value;

	if (parse_fraction(text, 1000000000, &value, &end))
		return -1;
	if (*end)
		return invalid(EINVAL);
	*nano = value;
	return 0;
}

bool num_is_list(const char *text)
{
	do {
		size_t digits = strspn(text, "0123456789");
		uint64_t from = 0, to;

		if (!digits || digits > 9)
			return false;
		for (; digits; digits--)
			from = from * 10 + (uint64_t)(*text++ - '0');
		if (*text == '-') {
			digits = strspn(++text, "0123456789");
			if (!digits || digits > 9)
				return false;
			for (to = 0; digits; digits--)
				to = to * 10 + (uint64_t)(*text++ - '0');
			if (to < from)
				return false;
		}
	} while (*text++ == ',');
	return text[-1] == '\0';
}
