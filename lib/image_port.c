/* EXPOSE: see image_port.h. */
#define _GNU_SOURCE
#include "image_port.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include <string.h>

enum { LAST = 65535, PROTOCOLS = 3 };
static const char *const protocols[PROTOCOLS] = {"tcp", "udp", "sctp"};

bool image_ports_parse(const char *text, struct image_ports *ports)
{
	FREED char *range = strndup(text, strcspn(text, "/"));
	const char *wanted = text[strlen(range)] ? text + strlen(range) + 1 : "tcp";
	const char *dash = strchr(range, '-');
	FREED char *low = strndup(range, strcspn(range, "-"));
	uint64_t first, last;

	*ports = (struct image_ports){0};
	for (size_t i = 0; i < PROTOCOLS; i++)
		if (!strcasecmp(wanted, protocols[i]))
			ports->protocol = protocols[i];
	if (!ports->protocol || num_parse(low, LAST, &first) || first == 0 ||
	    num_parse(dash ? dash + 1 : low, LAST, &last) || last < first)
		return false;
	ports->first = (unsigned int)first;
	ports->last = (unsigned int)last;
	return true;
}

struct list image_ports_joined(json_t *exposed)
{
	static bool is[PROTOCOLS][LAST + 2]; /* the one behind the last is not */
	struct list joined = {0};
	struct image_ports ports;
	const char *text;
	json_t *ignored;

	memset(is, 0, sizeof(is));
	json_object_foreach(exposed, text, ignored)
	{
		if (!image_ports_parse(text, &ports)) {
			list_add(&joined, xstrdup(text));
			continue;
		}
		for (size_t i = 0; i < PROTOCOLS; i++)
			if (ports.protocol == protocols[i])
				memset(&is[i][ports.first], true, ports.last - ports.first + 1);
	}
	for (size_t i = 0; i < PROTOCOLS; i++)
		for (unsigned int from = 1, to; from <= LAST; from = to + 1) {
			for (to = from; is[i][to]; to++)
				;
			if (to - from == 1)
				list_add(&joined, xprintf("%u/%s", from, protocols[i]));
			else if (to > from)
				list_add(&joined, xprintf("%u-%u/%s", from, to - 1, protocols[i]));
		}
	return joined;
}
