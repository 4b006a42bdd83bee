/* EXPOSE: see image_port.h. */
#define _GNU_SOURCE
#include "image_port.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include <string.h>

enum { LAST = 65535 };
const char *const image_protocols[] = {"tcp", "udp", "sctp"};

bool image_ports_parse(const char *text, struct image_ports *ports)
{
	FREED char *range = strndup(text, strcspn(text, "/"));
	const char *wanted = text[strlen(range)] ? text + strlen(range) + 1 : "tcp";
	const char *dash = strchr(range, '-');
	FREED char *low = strndup(range, strcspn(range, "-"));
	uint64_t first, last;

	for (ports->protocol = 0; strcasecmp(wanted, image_protocols[ports->protocol]) != 0;)
		if (++ports->protocol == sizeof(image_protocols) / sizeof(image_protocols[0]))
			return false;
	if (num_parse(low, LAST, &first) || first == 0 ||
	    num_parse(dash ? dash + 1 : low, LAST, &last) || last < first)
		return false;
	ports->first = (unsigned int)first;
	ports->last = (unsigned int)last;
	return true;
}

static int ascending(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* Ports are numbers with the protocol above the 16 bits, so that those of two are never in a row.
 */
struct list image_ports_joined(json_t *exposed)
{
	struct list joined = {0};
	struct image_ports some;
	FREED uint32_t *ports = NULL;
	size_t count = 0, next;
	const char *text;
	json_t *ignored;

	json_object_foreach(exposed, text, ignored)
	{
		if (!image_ports_parse(text, &some)) {
			list_add(&joined, xstrdup(text));
			continue;
		}
		ports = xrealloc(ports, (count + some.last - some.first + 1) * sizeof(*ports));
		for (unsigned int port = some.first; port <= some.last; port++)
			ports[count++] = (uint32_t)some.protocol << 16 | port;
	}
	if (count)
		qsort(ports, count, sizeof(*ports), ascending);
	for (size_t i = 0; i < count; i = next) {
		for (next = i + 1; next < count && ports[next] - ports[next - 1] <= 1; next++)
			;
		const char *protocol = image_protocols[ports[i] >> 16];
		unsigned int first = ports[i] & LAST, last = ports[next - 1] & LAST;
		list_add(&joined, first == last ? xprintf("%u/%s", first, protocol)
		                                : xprintf("%u-%u/%s", first, last, protocol));
	}
	return joined;
}
