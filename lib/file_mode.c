/* Permissions, written as for chmod(1): see file_mode.h. */
#include "file_mode.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PERMISSIONS = 07777 };

static bool change_to_number(const char *text, mode_t *mode)
{
	char *end;
	unsigned long number = strtoul(text, &end, 8);

	if (*end || number > PERMISSIONS)
		return false;
	*mode = (*mode & ~(mode_t)PERMISSIONS) | (mode_t)number;
	return true;
}

/* Whom a clause is about, as the bits that they have in a mode. */
static mode_t take_who(const char **at)
{
	mode_t who = 0;

	for (;; ++*at)
		switch (**at) {
		case 'u':
			who |= S_ISUID | S_IRWXU;
			break;
		case 'g':
			who |= S_ISGID | S_IRWXG;
			break;
		case 'o':
			who |= S_ISVTX | S_IRWXO;
			break;
		case 'a':
			who |= PERMISSIONS;
			break;
		default:
			return who ? who : PERMISSIONS;
		}
}

/* One of the three has this in `mode`: everybody's bits of it. */
static mode_t spread(mode_t three)
{
	return three << 6 | three << 3 | three;
}

/* What permissions are meant, for everybody. False: there is a letter that means none. */
static bool take_what(const char **at, mode_t mode, mode_t *what)
{
	bool executable = S_ISDIR(mode) || mode & spread(1);

	for (*what = 0;; ++*at)
		switch (**at) {
		case 'r':
			*what |= spread(4);
			break;
		case 'w':
			*what |= spread(2);
			break;
		case 'x':
			*what |= spread(1);
			break;
		case 'X':
			*what |= executable ? spread(1) : 0;
			break;
		case 's':
			*what |= S_ISUID | S_ISGID;
			break;
		case 't':
			*what |= S_ISVTX;
			break;
		case 'u':
			*what |= spread(mode >> 6 & 7);
			break;
		case 'g':
			*what |= spread(mode >> 3 & 7);
			break;
		case 'o':
			*what |= spread(mode & 7);
			break;
		default:
			return !**at || strchr("+-=,", **at);
		}
}

static bool take_change(const char **at, mode_t who, mode_t *mode)
{
	char how = *(*at)++;
	mode_t what;

	if (!take_what(at, *mode, &what))
		return false;
	what &= who;
	/* Those of a directory mean something else, and are taken away by name alone. */
	if (how == '=')
		*mode &= ~(who & ~(S_ISDIR(*mode) ? (mode_t)(S_ISUID | S_ISGID) : 0));
	*mode = how == '-' ? *mode & ~what : *mode | what;
	return true;
}

bool file_mode_change(const char *text, mode_t *mode)
{
	if (*text >= '0' && *text <= '7')
		return change_to_number(text, mode);
	for (;; text++) {
		mode_t who = take_who(&text);

		do {
			if (!*text || !strchr("+-=", *text) || !take_change(&text, who, mode))
				return false;
		} while (*text && *text != ',');
		if (!*text)
			return true;
	}
}
