/* The column of ports: see record_ports.h. */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "record_ports.h"
#include "row.h"
#include <stdio.h>
#include <string.h>

/* Where the field begins that is being made. */
static size_t field;

/* [ADDRESS:PORT->]PORT/PROTOCOL */
static void put_item(const struct port *port, const char *outer, const char *inner)
{
	bool is_v6 = strchr(port->address, ':');

	if (row_length() > field)
		row_text(", ");
	if (*port->address) {
		row_text(is_v6 ? "[" : "");
		row_text(port->address);
		row_text(is_v6 ? "]:" : ":");
		row_text(outer);
		row_text("->");
	}
	row_text(inner);
	row_char('/');
	row_text(port->protocol);
}

static void put_mapping(const struct port *port)
{
	char outer[8], inner[8];

	(void)snprintf(outer, sizeof(outer), "%d", port->outer);
	(void)snprintf(inner, sizeof(inner), "%d", port->inner);
	put_item(port, outer, inner);
}

/* Ports of an address and a protocol that follow each other, and are the same numbers outside. */
struct group {
	const struct port *first;
	uint16_t last;
};

static void put_group(const struct group *group)
{
	char range[16];

	(void)snprintf(range, sizeof(range), group->last > group->first->inner ? "%d-%d" : "%d",
	               group->first->inner, group->last);
	put_item(group->first, range, range);
}

/* The one that the port belongs to, or may begin. */
static struct group *group_of(const struct port *port, struct group *groups, size_t *used)
{
	for (size_t i = 0; i < *used; i++)
		if (groups[i].first->protocol == port->protocol &&
		    !strcmp(groups[i].first->address, port->address))
			return &groups[i];
	groups[*used] = (struct group){.first = port, .last = port->inner};
	return &groups[(*used)++];
}

static bool is_mapping(const struct port *port)
{
	return *port->address && port->outer != port->inner;
}

/* Docker's way: a group when it has ended, those that end last in the order of their beginnings,
   and behind them what has another number outside. */
void put_ports(const struct record *record)
{
	struct port_list ports = ports_of(record);
	const struct port *end = ports.at + ports.count;
	size_t used = 0;

	if (!ports.count)
		return;
	FREED struct group *groups = xalloc(ports.count * sizeof(*groups));
	field = row_length();
	for (const struct port *port = ports.at; port < end; port++) {
		if (is_mapping(port))
			continue;
		struct group *group = group_of(port, groups, &used);
		if (port->inner > group->last + 1) {
			put_group(group);
			group->first = port;
		}
		group->last = port->inner;
	}
	for (size_t i = 0; i < used; i++)
		put_group(&groups[i]);
	for (const struct port *port = ports.at; port < end; port++)
		if (is_mapping(port))
			put_mapping(port);
}
