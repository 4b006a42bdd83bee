/* The ports of a container: see record_ports.h. */
#define _GNU_SOURCE
#include "record_ports.h"

#include "err.h"
#include "io.h"
#include "num.h"
#include "portspec.h"
#include <stdlib.h>
#include <string.h>

enum { MOST = UINT16_MAX };

/* Those of one container; the room is kept for the next. */
static struct port_list ports;

static const char *protocol_of(const char *name)
{
	static const char *const names[] = {"tcp", "udp", "sctp"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return names[i];
	return NULL;
}

static void add_port(const struct port *port)
{
	static size_t room;

	if (ports.count == room)
		ports.at = xrealloc(ports.at, (room = room * 2 + 16) * sizeof(*ports.at));
	ports.at[ports.count++] = *port;
}

/* PORT[-PORT][/PROTOCOL] */
static bool parse_range(const char *text, uint64_t *first, uint64_t *last, const char **protocol)
{
	FREED char *copy = xstrdup(text);
	char *name = copy;
	char *low = strsep(&name, "/"), *high = low;

	(void)strsep(&high, "-");
	*protocol = protocol_of(name ? name : "tcp");
	return *protocol && !num_parse(low, MOST, first) &&
	       !num_parse(high ? high : low, MOST, last) && *first <= *last;
}

bool ports_are_valid(const char *value)
{
	uint64_t first, last;
	const char *protocol;

	return parse_range(value, &first, &last, &protocol);
}

/* Several of those, with blanks between. */
static void add_exposed(const char *text)
{
	FREED char *copy = xstrdup(text);
	char *rest = copy;

	for (char *word; (word = strsep(&rest, " "));) {
		struct port port = {0};
		uint64_t first, last;

		if (!parse_range(word, &first, &last, &port.protocol))
			continue;
		for (; first <= last; first++) {
			port.inner = (uint16_t)first;
			add_port(&port);
		}
	}
}

static void add_published(const char *text)
{
	struct portspec spec;

	if (portspec_parse(text, false, &spec) || !spec.family)
		return;
	struct port port = {.inner = spec.port,
	                    .outer = spec.host_port,
	                    .protocol = protocol_of(portspec_protocol(spec.protocol))};
	(void)inet_ntop(spec.family, spec.address, port.address, sizeof(port.address));
	add_port(&port);
}

/* Docker's order. */
static int compare(const void *left, const void *right)
{
	const struct port *a = left, *b = right;
	int difference = a->inner - b->inner;

	difference = difference ?: strcmp(a->address, b->address);
	difference = difference ?: a->outer - b->outer;
	return difference ?: strcmp(a->protocol, b->protocol);
}

/* What is exposed is told where it is not published, and once. */
static bool is_told_later(size_t i)
{
	const struct port *port = &ports.at[i], *end = ports.at + ports.count;

	for (const struct port *next = port + 1; next < end && next->inner == port->inner; next++)
		if (next->protocol == port->protocol)
			return !*port->address;
	return false;
}

static bool has_network(const struct record *record)
{
	const char *network = record_value(record, "network");

	return network && strcmp(network, "none") != 0 && strcmp(network, "host") != 0 &&
	       strncmp(network, "container:", 10) != 0;
}

struct port_list ports_of(const struct record *record)
{
	const char *exposed = record_value(record, "expose");
	size_t kept = 0;

	ports.count = 0;
	for (size_t i = 0; record->alive && i < record->facts.count; i++)
		if (!strncmp(record->facts.at[i], "port_", 5))
			add_published(strchr(record->facts.at[i], '=') + 1);
	if (record->alive && exposed && has_network(record))
		add_exposed(exposed);
	if (ports.count)
		qsort(ports.at, ports.count, sizeof(*ports.at), compare);
	for (size_t i = 0; i < ports.count; i++)
		if (!is_told_later(i))
			ports.at[kept++] = ports.at[i];
	ports.count = kept;
	return ports;
}

static bool match(const struct record *record, const char *value, bool published)
{
	uint64_t first, last;
	const char *protocol;

	if (!parse_range(value, &first, &last, &protocol))
		return false;
	(void)ports_of(record);
	for (const struct port *port = ports.at; port < ports.at + ports.count; port++) {
		uint16_t number = published ? port->outer : port->inner;

		if (number >= first && number <= last && port->protocol == protocol &&
		    (*port->address || !published))
			return true;
	}
	return false;
}

bool match_publish(const struct record *record, const char *value)
{
	return match(record, value, true);
}

bool match_expose(const struct record *record, const char *value)
{
	return match(record, value, false);
}
