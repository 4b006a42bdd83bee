/* All bridges: see bridge.h. */
#define _GNU_SOURCE
#include "bridge.h"

#include "err.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Vectors of what is there. */
struct seen {
	struct link *links;
	struct bridge_address {
		unsigned int link;
		struct cidr address;
	} * addresses;
	size_t link_count, address_count;
};

static void take_link(const struct nlmsghdr *message, void *into)
{
	struct seen *seen = into;
	size_t n = seen->link_count++;

	if (!(n & (n + 1)))
		seen->links = xrealloc(seen->links, 2 * (n + 1) * sizeof(*seen->links));
	link_take(message, &seen->links[n]);
}

static void take_address(const struct nlmsghdr *message, void *into)
{
	const struct ifaddrmsg *body = nl_body(message);
	struct seen *seen = into;
	size_t n = seen->address_count;

	if (body->ifa_scope != RT_SCOPE_UNIVERSE)
		return;
	if (!(n & (n + 1)))
		seen->addresses = xrealloc(seen->addresses, 2 * (n + 1) * sizeof(*seen->addresses));
	seen->addresses[n].link = body->ifa_index;
	seen->address_count += link_take_address(message, &seen->addresses[n].address);
}

/* Again, when something changed meanwhile. */
static void dump(struct rtnl *r, struct seen *seen)
{
	int failed;

	do {
		struct ifinfomsg *body;
		struct ifaddrmsg *address_body;
		struct nlmsghdr *request = rtnl_request(r, RTM_GETLINK, NLM_F_DUMP, sizeof(*body),
		                                        &body, "list the interfaces");

		nl_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
		seen->link_count = seen->address_count = 0;
		failed = rtnl_send(r, take_link, seen);
		if (failed)
			continue;
		(void)rtnl_request(r, RTM_GETADDR, NLM_F_DUMP, sizeof(*address_body), &address_body,
		                   "list the addresses");
		failed = rtnl_send(r, take_address, seen);
	} while (failed && errno == EINTR);
	if (failed)
		rtnl_fail(r, NULL);
}

static void tell_bridge(const struct seen *seen, const struct link *bridge, bridge_teller *tell)
{
	struct cidr addresses[ADDRESSES_MOST];
	unsigned int count = 0, ports = 0;

	for (size_t i = 0; i < seen->link_count; i++)
		ports += seen->links[i].master == bridge->index;
	for (size_t i = 0; i < seen->address_count && count < ADDRESSES_MOST; i++)
		if (seen->addresses[i].link == bridge->index)
			addresses[count++] = seen->addresses[i].address;
	tell(bridge, addresses, count, ports);
}

void bridge_each(struct rtnl *r, bridge_teller *tell)
{
	struct seen seen = {0};

	dump(r, &seen);
	for (size_t i = 0; i < seen.link_count; i++)
		if (!strcmp(seen.links[i].kind, "bridge"))
			tell_bridge(&seen, &seen.links[i], tell);
	free(seen.links);
	free(seen.addresses);
}
