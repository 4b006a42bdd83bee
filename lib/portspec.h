/*
 * A published port as it is written: `[HOSTADDR:]HOSTPORT:PORT[/PROTO]`, an IPv6 HOSTADDR in
 * [brackets], PROTO tcp (when it is left out) or udp. `8080:80`, `127.0.0.1:5353:53/udp`,
 * `[::1]:8080:80/tcp`. Nothing here asks the network or needs more of the C library than ISO C and
 * inet_pton(3).
 */
#ifndef PORTSPEC_H
#define PORTSPEC_H

#include <stdbool.h>
#include <stdint.h>

enum { PORTSPEC_ADDRESS = 46, PORTSPEC_TEXT = 80 }; /* room for either as text */

struct portspec {
	int family; /* of the address: AF_INET, AF_INET6; 0: no HOSTADDR was given */
	unsigned char
	        address[16]; /* network order: 4 bytes, or 16; zeroes: every one of the family */
	uint16_t host_port;  /* host order, as all here; 0: any that is free */
	uint16_t host_last;  /* 0, or the end of a range of which any that is free will do */
	uint16_t port;       /* 1 to 65535 */
	uint8_t protocol;    /* IPPROTO_TCP, IPPROTO_UDP */
};

/*
 * Parse the whole of `text`. Returns NULL, or why it is no SPEC (a constant text that goes behind
 * the SPEC in an error); *spec is then undefined. any_free: HOSTPORT may be 0, or a range as
 * 8000-8010.
 */
const char *portspec_parse(const char *text, bool any_free, struct portspec *spec);

/* As portspec_parse() reads it, in full: the protocol is always there. Returns `text`. */
const char *portspec_text(const struct portspec *spec, char text[PORTSPEC_TEXT]);

/* Has it an address, and is that every one of its family (0.0.0.0, ::)? */
bool portspec_is_wildcard(const struct portspec *spec);

/* "tcp", "udp". */
const char *portspec_protocol(uint8_t protocol);

#endif
