/* Verbs of netsetup about networks that are free: see netverbs.h. */
#define _GNU_SOURCE
#include "err.h"
#include "netfact.h"
#include "netverbs.h"
#include "num.h"
#include "subnet.h"
#include <stdlib.h>
#include <string.h>

static struct list avoid, pools;
static const char *gateway, *range;

static void find_taken(struct taken *taken)
{
	static struct rtnl r;
	struct cidr *at = xalloc((avoid.count + 1) * sizeof(*at));

	for (size_t i = 0; i < avoid.count; i++)
		if (!cidr_parse(&at[i], avoid.at[i]))
			usage_error("--avoid: %s: not NETWORK/LENGTH", avoid.at[i]);
	*taken = (struct taken){.avoid = at, .count = avoid.count};
	rtnl_open(&r);
	routes_read(&r, &taken->routes);
	rtnl_close(&r);
}

/* Of addresses of IPv6 the last colon is that of the length. */
static void parse_pool(const char *text, struct pool *pool)
{
	char *from = xstrdup(text), *colon = strrchr(from, ':');
	uint64_t length;

	if (colon)
		*colon++ = '\0';
	if (!colon || !cidr_parse(&pool->from, from) ||
	    num_parse(colon, cidr_bits(&pool->from), &length) || length < pool->from.length)
		usage_error("--pool: %s: not NETWORK/LENGTH:LENGTH", text);
	free(from);
	pool->from = cidr_network(&pool->from);
	pool->length = (unsigned int)length;
}

/* The first address of the network that a host can have. */
static struct cidr first_host(const struct cidr *subnet)
{
	struct cidr first = *subnet;

	first.at[cidr_bits(subnet) / 8 - 1] |= 1;
	return first;
}

int net_subnet_find(int argc, char **argv)
{
	struct pool *at = xalloc((pools.count + 1) * sizeof(*at));
	const struct pool *from = pools.count ? at : subnet_pools;
	size_t count = pools.count;
	struct taken taken;
	struct cidr found, host;
	char text[CIDR_TEXT];

	(void)argc, (void)argv;
	for (size_t i = 0; i < count; i++)
		parse_pool(pools.at[i], &at[i]);
	if (!count)
		while (subnet_pools[count].length)
			count++;
	find_taken(&taken);
	if (!subnet_find(&taken, from, count, &found))
		refuse(NULL, "no network is free that overlaps with no route of this host");
	host = first_host(&found);
	netfact("subnet", cidr_text(&found, text));
	netfact("gateway", cidr_address_text(&host, text));
	netfact_end();
	opt_finish_stdout();
}

static struct cidr parse_subnet(const char *text)
{
	struct cidr subnet = subnet_parse(text);
	const char *why = subnet_unfit(&subnet);

	if (why)
		refuse(text, "the network %s", why);
	return subnet;
}

static void check_free(const struct cidr *subnet, const char *text)
{
	static struct rtnl r;
	struct link link;
	struct taken taken;
	const struct route *route;
	char other[CIDR_TEXT];

	find_taken(&taken);
	const struct cidr *clash = subnet_clash(&taken, subnet, &route);
	if (!clash)
		return;
	(void)cidr_text(clash, other);
	if (!route)
		refuse(text, "it overlaps with %s, which is to be avoided", other);
	rtnl_open(&r);
	if (!route->link || !link_find_index(&r, route->link, &link))
		refuse(text, "it overlaps with the route to %s", other);
	refuse(text, "it overlaps with the route to %s by %s", other, link.name);
}

static struct cidr parse_gateway(const struct cidr *subnet)
{
	struct cidr address;

	if (!gateway)
		return first_host(subnet);
	if (!cidr_parse_address(&address, gateway))
		refuse(gateway, "the gateway is not an address");
	if (!cidr_contains(subnet, &address))
		refuse(gateway, "the gateway is not in the subnet");
	address.length = subnet->length;
	const char *why = cidr_unfit(&address);
	if (why)
		refuse(gateway, "the gateway %s", why);
	return address;
}

static struct cidr parse_range(const struct cidr *subnet)
{
	struct cidr part;

	if (!cidr_parse(&part, range))
		refuse(range, "the range is not a network: ADDRESS/LENGTH");
	if (!cidr_contains(subnet, &part))
		refuse(range, "the range is not in the subnet");
	return cidr_network(&part);
}

int net_subnet_check(int argc, char **argv)
{
	struct cidr subnet = parse_subnet(argv[0]), part = subnet;
	struct cidr host = parse_gateway(&subnet);
	char text[CIDR_TEXT];

	(void)argc;
	if (range)
		part = parse_range(&subnet);
	check_free(&subnet, argv[0]);
	netfact("subnet", cidr_text(&subnet, text));
	netfact("gateway", cidr_address_text(&host, text));
	if (range)
		netfact("range", cidr_text(&part, text));
	netfact_end();
	opt_finish_stdout();
}

/* clang-format off */
#define AVOID_OPTION \
	{"avoid", 0, "NETWORK", "not one that overlaps with this either (repeatable)", opt_list, &avoid}

const struct opt net_subnet_find_options[] = {
	AVOID_OPTION,
	{"pool", 0, "NETWORK:LENGTH", "one of such a length in there (repeatable)", opt_list, &pools},
	{0},
};
const struct opt net_subnet_check_options[] = {
	AVOID_OPTION,
	{"gateway", 0, "ADDRESS", "of the bridge (normal: the first one)", opt_string, &gateway},
	{"range", 0, "NETWORK", "the part that addresses are taken from", opt_string, &range},
	{0},
};
