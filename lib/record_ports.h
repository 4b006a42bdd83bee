/*
 * The ports of a container that can be reached: what its record exposes, and where `run` says that
 * the host publishes them. One that does not run, or has no network of its own, has none.
 */
#ifndef RECORD_PORTS_H
#define RECORD_PORTS_H

#include "record.h"
#include <arpa/inet.h>

struct port {
	uint16_t inner, outer;
	const char *protocol;           /* one of tcp, udp, sctp: the pointers can be compared */
	char address[INET6_ADDRSTRLEN]; /* of the host; empty: exposed, but not published */
};

struct port_list {
	struct port *at;
	size_t count;
};

/* By the port inside, the address, the port outside, each once. The next call takes what they are
 * in. */
struct port_list ports_of(const struct record *record);

/* To the row: in the order and the words of docker-ps(1), neighbours as one. */
void put_ports(const struct record *record);

/*
 * Is one of them in PORT[-PORT][/PROTOCOL], tcp where that says nothing? Published: the port of the
 * host counts; exposed: the one in the container, published or not.
 */
bool match_publish(const struct record *record, const char *value);
bool match_expose(const struct record *record, const char *value);

/* Has it that form? */
bool ports_are_valid(const char *value);

#endif
