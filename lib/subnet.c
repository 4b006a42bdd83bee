/* Free networks: see subnet.h. */
#include "subnet.h"

#include "err.h"
#include <sys/socket.h>

/* clang-format off */
#define POOL(a, b, from, to) {{AF_INET, from, {a, b}}, to}
const struct pool subnet_pools[] = {
	POOL(172, 17, 16, 16),
	POOL(172, 18, 15, 16),
	POOL(172, 20, 14, 16),
	POOL(172, 24, 13, 16),
	POOL(192, 168, 16, 20),
	{{0}, 0},
};
/* clang-format on */

/*
 * A default route is in nobody's way, as any other one is preferred to it; nor is one that comes in
 * two halves, 0.0.0.0/1 and 128.0.0.0/1, as VPNs have it.
 */
static bool is_default(const struct route *route)
{
	return route->to.length <= 1;
}

const struct cidr *subnet_clash(const struct taken *taken, const struct cidr *subnet,
                                const struct route **route)
{
	const struct routes *routes = &taken->routes;

	*route = NULL;
	for (size_t i = 0; i < taken->count; i++)
		if (cidr_overlaps(&taken->avoid[i], subnet))
			return &taken->avoid[i];
	for (*route = routes->at; *route < routes->at + routes->count; ++*route)
		if (!is_default(*route) && cidr_overlaps(&(*route)->to, subnet))
			return &(*route)->to;
	return NULL;
}

/* Each round passes over one of what is taken, all of it: there are not many. */
static bool find_in(const struct taken *taken, const struct pool *pool, struct cidr *found)
{
	*found = pool->from;
	found->length = pool->length;
	while (cidr_contains(&pool->from, found)) {
		const struct route *route;
		const struct cidr *clash = subnet_clash(taken, found, &route);

		if (!clash)
			return true;
		if (clash->length < found->length)
			*found = cidr_network(clash);
		if (!cidr_advance(found))
			return false;
		found->length = pool->length;
	}
	return false;
}

bool subnet_find(const struct taken *taken, const struct pool *pools, size_t count,
                 struct cidr *found)
{
	for (size_t i = 0; i < count; i++)
		if (find_in(taken, &pools[i], found))
			return true;
	return false;
}

struct cidr subnet_parse(const char *text)
{
	struct cidr subnet, network;
	char should[CIDR_TEXT];

	if (!cidr_parse(&subnet, text))
		refuse(text, "not a network: ADDRESS/LENGTH");
	network = cidr_network(&subnet);
	if (!cidr_same_address(&network, &subnet))
		refuse(text, "bits of the host are set: the network is %s",
		       cidr_text(&network, should));
	return network;
}

const char *subnet_unfit(const struct cidr *subnet)
{
	const char *why = cidr_unfit_range(subnet);

	if (!why && subnet->length > cidr_bits(subnet) - 2)
		why = "has no room for a gateway and somebody who needs it";
	return why;
}
