/*
 * Addresses and networks of IPv4 and IPv6 alike.
 */
#ifndef CIDR_H
#define CIDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address with the length of its network's prefix; or a network; or, alone, an address. */
struct cidr {
	int family;           /* AF_INET or AF_INET6 */
	unsigned int length;  /* bits */
	unsigned char at[16]; /* in network order; 4 of them, or 16 */
};

enum { CIDR_TEXT = 64 };

/* ADDRESS/LENGTH; false: it is none. Zones (`%eth0`) and IPv4 within IPv6 (::ffff:0:0/96) are none.
 */
bool cidr_parse(struct cidr *cidr, const char *text);

/* An address alone, whose length is that of all its bits. */
bool cidr_parse_address(struct cidr *cidr, const char *text);

/* As cidr_parse() reads it, and the address alone. `into` has CIDR_TEXT bytes, and is returned. */
const char *cidr_text(const struct cidr *cidr, char *into);
const char *cidr_address_text(const struct cidr *cidr, char *into);

static inline unsigned int cidr_bits(const struct cidr *cidr)
{
	return cidr->family == 2 /* AF_INET */ ? 32 : 128;
}

/* The network: the bits behind the length are 0. */
struct cidr cidr_network(const struct cidr *cidr);

/* Is the other, an address or a network, in it? */
bool cidr_contains(const struct cidr *network, const struct cidr *other);
bool cidr_overlaps(const struct cidr *one, const struct cidr *other);
bool cidr_same_address(const struct cidr *one, const struct cidr *other);

/* Make it the network of the same length that comes next; false: there is none. */
bool cidr_advance(struct cidr *network);

/* IPv4: the last one, to which all listen. */
struct cidr cidr_broadcast(const struct cidr *network);

/*
 * NULL, or why hosts cannot have an address of it, as it is for multicast, loopback ...; and, of an
 * address, that it is its network's own, or the broadcast address. Said as "... is a ...".
 */
const char *cidr_unfit_range(const struct cidr *network);
const char *cidr_unfit(const struct cidr *address);

#endif
