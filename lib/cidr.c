/* Addresses and networks: see cidr.h. */
#define _GNU_SOURCE
#include "cidr.h"

#include "num.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool cidr_parse_address(struct cidr *cidr, const char *text)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	memset(cidr, 0, sizeof(*cidr));
	cidr->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	cidr->length = cidr_bits(cidr);
	return inet_pton(cidr->family, text, cidr->at) == 1 &&
	       (cidr->family == AF_INET || memcmp(cidr->at, mapped, sizeof(mapped)) != 0);
}

bool cidr_parse(struct cidr *cidr, const char *text)
{
	const char *slash = strchr(text, '/');
	char address[INET6_ADDRSTRLEN];
	uint64_t length;

	if (!slash || (size_t)(slash - text) >= sizeof(address))
		return false;
	*(char *)mempcpy(address, text, (size_t)(slash - text)) = '\0';
	if (!cidr_parse_address(cidr, address) || num_parse(slash + 1, cidr_bits(cidr), &length))
		return false;
	cidr->length = (unsigned int)length;
	return true;
}

const char *cidr_address_text(const struct cidr *cidr, char *into)
{
	return inet_ntop(cidr->family, cidr->at, into, CIDR_TEXT);
}

const char *cidr_text(const struct cidr *cidr, char *into)
{
	(void)cidr_address_text(cidr, into);
	(void)sprintf(into + strlen(into), "/%u", cidr->length);
	return into;
}

/* Set the bits from `length` on to those of `fill`. */
static struct cidr with_host_bits(const struct cidr *cidr, unsigned char fill)
{
	struct cidr new = *cidr;

	for (unsigned int bit = cidr->length; bit < cidr_bits(cidr); bit++) {
		unsigned char mask = (unsigned char)(0x80 >> bit % 8);

		new.at[bit / 8] = (unsigned char)((new.at[bit / 8] & ~mask) | (fill & mask));
	}
	return new;
}

struct cidr cidr_network(const struct cidr *cidr)
{
	return with_host_bits(cidr, 0);
}

struct cidr cidr_broadcast(const struct cidr *network)
{
	return with_host_bits(network, 0xff);
}

bool cidr_same_address(const struct cidr *one, const struct cidr *other)
{
	return one->family == other->family && !memcmp(one->at, other->at, sizeof(one->at));
}

bool cidr_contains(const struct cidr *network, const struct cidr *other)
{
	struct cidr its = *other, ours = cidr_network(network);

	if (other->family != network->family || other->length < network->length)
		return false;
	its.length = network->length;
	its = cidr_network(&its);
	return cidr_same_address(&ours, &its);
}

bool cidr_overlaps(const struct cidr *one, const struct cidr *other)
{
	return cidr_contains(one, other) || cidr_contains(other, one);
}

bool cidr_advance(struct cidr *network)
{
	if (!network->length)
		return false;
	int byte = (int)(network->length - 1) / 8;
	unsigned int carry = 0x80u >> (network->length - 1) % 8;

	for (; byte >= 0 && carry; byte--) {
		carry += network->at[byte];
		network->at[byte] = (unsigned char)carry;
		carry >>= 8;
	}
	return !carry;
}

const char *cidr_unfit_range(const struct cidr *network)
{
	static const struct {
		const char *network, *why;
	} unfit[] = {
	        {"0.0.0.0/8",   "is not for hosts"             },
	        {"127.0.0.0/8", "is for loopback"              },
	        {"224.0.0.0/3", "is for multicast, or reserved"},
	        {"::/127",      "is for loopback, or none"     },
	        {"ff00::/8",    "is for multicast"             },
	};
	struct cidr special;

	for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++)
		if (cidr_parse(&special, unfit[i].network) && cidr_overlaps(&special, network))
			return unfit[i].why;
	return NULL;
}

const char *cidr_unfit(const struct cidr *address)
{
	struct cidr alone = *address;

	if (address->family == AF_INET && address->length < 31) {
		struct cidr first = cidr_network(address), last = cidr_broadcast(address);

		if (cidr_same_address(address, &first))
			return "is the network's own address";
		if (cidr_same_address(address, &last))
			return "is the network's broadcast address";
	}
	alone.length = cidr_bits(address);
	return cidr_unfit_range(&alone);
}
