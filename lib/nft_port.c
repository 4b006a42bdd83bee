/* Ports as elements: see nft_port.h. */
#define _GNU_SOURCE
#include "nft_port.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

/* In this order, see nft_port_map(). */
const char *const nft_port_maps[NFT_PORT_MAPS] = {"any4", "ports4", "any6", "ports6"};

static unsigned int address_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

const char *nft_port_map(const struct portspec *spec)
{
	return nft_port_maps[(spec->family == AF_INET ? 0 : 2) +
	                     (portspec_is_wildcard(spec) ? 0 : 1)];
}

static void put_key(struct element *element, const struct portspec *spec, bool any)
{
	uint16_t port = htons(spec->host_port);

	if (!any)
		nft_key(element, spec->address, address_size(spec->family));
	nft_key(element, &spec->protocol, sizeof(spec->protocol));
	nft_key(element, &port, sizeof(port));
}

struct element nft_port_key(const struct portspec *spec)
{
	struct element element = {.key_size = 0};

	put_key(&element, spec, portspec_is_wildcard(spec));
	return element;
}

struct element nft_port_element(const struct published *port)
{
	struct element element = nft_port_key(&port->spec);
	uint16_t to = htons(port->spec.port);

	nft_value(&element, port->to.at, address_size(port->to.family));
	nft_value(&element, &to, sizeof(to));
	memcpy(element.comment, port->owner, sizeof(element.comment));
	return element;
}

bool nft_port_has_near(const struct portspec *spec)
{
	static const unsigned char one[16] = {[15] = 1};

	return spec->family == AF_INET6 &&
	       (portspec_is_wildcard(spec) || memcmp(spec->address, one, sizeof(one)) == 0);
}

struct element nft_port_near_key(const struct portspec *spec)
{
	struct element element = {.key_size = 0};

	put_key(&element, spec, true);
	return element;
}

struct element nft_port_near(const struct published *port)
{
	struct element element = nft_port_near_key(&port->spec);

	nft_value(&element, port->near.at, sizeof(port->near.at));
	memcpy(element.comment, port->owner, sizeof(element.comment));
	return element;
}

struct published nft_port_published(const char *map, const struct element *element)
{
	int family = strchr(map, '4') ? AF_INET : AF_INET6;
	struct published port = {.spec = {.family = family}, .to = {.family = family}};
	unsigned int size = address_size(family);
	const unsigned char *key = element->key;
	uint16_t number;

	memcpy(port.owner, element->comment, sizeof(port.owner));
	if (strncmp(map, "ports", 5) == 0) {
		memcpy(port.spec.address, key, size);
		key += size;
	}
	port.spec.protocol = key[0];
	memcpy(&number, key + 4, sizeof(number)); /* behind it: fields have 4 bytes */
	port.spec.host_port = ntohs(number);
	memcpy(port.to.at, element->value, size);
	port.to.length = size * 8;
	memcpy(&number, element->value + size, sizeof(number));
	port.spec.port = ntohs(number);
	return port;
}
