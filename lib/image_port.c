/* EXPOSE: see image_port.h. */
#define _GNU_SOURCE
#include "image_port.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include <string.h>

enum { LAST = 65535 };
static const char *const protocols[] = {"tcp", "udp", "sctp"};

struct ports {
	unsigned int first, last;
	size_t protocol; /* which of them */
};

static bool parse(const char *text, struct ports *ports)
{
	FREED char *range = strndup(text, strcspn(text, "/"));
	const char *wanted = text[strlen(range)] ? text + strlen(range) + 1 : "tcp";
	const char *dash = strchr(range, '-');
	FREED char *low = strndup(range, strcspn(range, "-"));
	uint64_t first, last;

	for (ports->protocol = 0; strcasecmp(wanted, protocols[ports->protocol]) != 0;)
		if (++ports->protocol == sizeof(protocols) / sizeof(protocols[0]))
			return false;
	if (num_parse(low, LAST, &first) || first == 0 ||
	    num_parse(dash ? dash + 1 : low, LAST, &last) || last < first)
		return false;
	ports->first = (unsigned int)first;
	ports->last = (unsigned int)last;
	return true;
}

bool image_ports_add(json_t *exposed, const char *text)
{
	struct ports ports;

	if (!parse(text, &ports))
		return false;
	for (unsigned int port = ports.first; port <= ports.last; port++) {
		FREED char *name = xprintf("%u/%s", port, protocols[ports.protocol]);

		(void)json_object_set_new(exposed, name, json_object());
	}
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
	struct ports some;
	FREED uint32_t *ports = NULL;
	size_t count = 0, next;
	const char *text;
	json_t *ignored;

	json_object_foreach(exposed, text, ignored)
	{
		if (!parse(text, &some)) {
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
		const char *protocol = protocols[ports[i] >> 16];
		unsigned int first = ports[i] & LAST, last = ports[next - 1] & LAST;
		list_add(&joined, first == last ? xprintf("%u/%s", first, protocol)
		                                : xprintf("%u-%u/%s", first, last, protocol));
	}
	return joined;
}
