/* EXPOSE: see image_port.h. */
#define _GNU_SOURCE
#include "image_port.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include <string.h>

char *image_port(const char *text)
{
	static const char *const protocols[] = {"tcp", "udp", "sctp"};
	FREED char *range = strndup(text, strcspn(text, "/"));
	const char *wanted = text[strlen(range)] ? text + strlen(range) + 1 : "tcp";
	const char *protocol = NULL, *dash = strchr(range, '-');
	uint64_t first, last;

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (!strcasecmp(wanted, protocols[i]))
			protocol = protocols[i];
	FREED char *low = strndup(range, dash ? (size_t)(dash - range) : strlen(range));
	if (!protocol || num_parse(low, 65535, &first) || first == 0 ||
	    num_parse(dash ? dash + 1 : low, 65535, &last) || last < first)
		return NULL;
	return xprintf("%s/%s", range, protocol);
}
