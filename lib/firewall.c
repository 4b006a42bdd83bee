/* What all firewalls have in common: see firewall.h. */
#include "firewall.h"

#include "err.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

const struct firewall *const firewalls[FIREWALLS + 1] = {&firewall_nft, &firewall_iptables, NULL};

const struct firewall *firewall_find(const char *name)
{
	for (size_t i = 0; firewalls[i]; i++)
		if (strcmp(firewalls[i]->name, name) == 0)
			return firewalls[i];
	return NULL;
}

const struct firewall *firewall_choose(void)
{
	for (size_t i = 0; firewalls[i]; i++)
		if (firewalls[i]->used())
			return firewalls[i];
	for (size_t i = 0; firewalls[i]; i++)
		if (firewalls[i]->usable())
			return firewalls[i];
	refuse(NULL, "the kernel has neither nf_tables nor iptables");
}

/* An array grows by doubling: whenever its number is a power of two. */
static void *one_more(void *at, size_t count, size_t bytes)
{
	if ((count & (count - 1)) == 0)
		at = xrealloc(at, (count ? count * 2 : 1) * bytes);
	memset((char *)at + count * bytes, 0, bytes);
	return at;
}

struct network *networks_add(struct networks *networks, const char *bridge)
{
	struct network *network;

	networks->at = one_more(networks->at, networks->count, sizeof(*networks->at));
	network = &networks->at[networks->count++];
	strncpy(network->bridge, bridge, sizeof(network->bridge) - 1);
	return network;
}

struct published *ports_add(struct ports *ports)
{
	ports->at = one_more(ports->at, ports->count, sizeof(*ports->at));
	return &ports->at[ports->count++];
}

struct network *networks_find(const struct networks *networks, const char *bridge)
{
	for (size_t i = 0; i < networks->count; i++)
		if (strcmp(networks->at[i].bridge, bridge) == 0)
			return &networks->at[i];
	return NULL;
}

const struct cidr *network_overlap(const struct network *one, const struct network *other)
{
	for (unsigned int a = 0; a < one->count; a++)
		for (unsigned int b = 0; b < other->count; b++)
			if (cidr_overlaps(&one->subnets[a], &other->subnets[b]))
				return &one->subnets[a];
	return NULL;
}

void networks_check(const struct networks *networks, const struct network *added)
{
	char text[CIDR_TEXT];

	for (size_t i = 0; i < networks->count; i++) {
		const struct network *other = &networks->at[i];
		const struct cidr *subnet = network_overlap(added, other);

		if (subnet && strcmp(other->bridge, added->bridge) != 0)
			refuse(added->bridge, "the subnet %s overlaps with that of %s",
			       cidr_text(subnet, text), other->bridge);
	}
}

bool portspec_same(const struct portspec *a, const struct portspec *b)
{
	return a->family == b->family && memcmp(a->address, b->address, sizeof(a->address)) == 0 &&
	       a->host_port == b->host_port && a->protocol == b->protocol;
}

bool portspec_covers(const struct portspec *a, const struct portspec *b)
{
	return a->family == b->family && a->host_port == b->host_port &&
	       a->protocol == b->protocol && (portspec_is_wildcard(a) || portspec_same(a, b));
}

_Noreturn void refuse_taken(const struct portspec *spec, const char *owner)
{
	char text[PORTSPEC_TEXT];

	refuse(portspec_text(spec, text), "the port is published by %s already", owner);
}

_Noreturn void refuse_no_network(void)
{
	refuse(NULL, "there are no rules of networks here, or no more: netsetup nat add, or "
	             "mini-docker network reload");
}
