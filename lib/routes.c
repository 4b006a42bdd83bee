/* Routes: see routes.h. */
#define _GNU_SOURCE
#include "routes.h"

#include "err.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void take_route(const struct nlmsghdr *message, void *into)
{
	const struct rtmsg *body = nl_body(message);
	struct route route = {
	        .to = {body->rtm_family, body->rtm_dst_len, {0}},
                  .type = body->rtm_type
        };
	struct routes *routes = into;
	const struct nlattr *attr;

	nl_each (attr, message, sizeof(*body)) {
		int type = nl_type(attr);

		if (type == RTA_DST && nl_size(attr) <= sizeof(route.to.at))
			memcpy(route.to.at, nl_data(attr), nl_size(attr));
		else if (type == RTA_OIF)
			route.link = nl_u32(attr);
		else if (type == RTA_PRIORITY)
			route.metric = nl_u32(attr);
		else if (type == RTA_MULTIPATH && nl_size(attr) >= sizeof(struct rtnexthop))
			route.link = (unsigned int)((const struct rtnexthop *)nl_data(attr))
			                     ->rtnh_ifindex;
	}
	/* Of the local table our own addresses count, as they may come without a route. */
	if (body->rtm_type == RTN_MULTICAST ||
	    (body->rtm_table == RT_TABLE_LOCAL && body->rtm_type != RTN_LOCAL))
		return;
	if (!(routes->count & (routes->count + 1)))
		routes->at = xrealloc(routes->at, 2 * (routes->count + 1) * sizeof(*routes->at));
	routes->at[routes->count++] = route;
}

static void read_table(struct rtnl *r, int family, uint32_t table, struct routes *routes)
{
	size_t before = routes->count;
	int failed;

	do {
		struct rtmsg *body;
		struct nlmsghdr *request = rtnl_request(r, RTM_GETROUTE, NLM_F_DUMP, sizeof(*body),
		                                        &body, "list the routes");

		body->rtm_family = (unsigned char)family;
		nl_put_u32(request, RTA_TABLE, table);
		routes->count = before;
		failed = rtnl_send(r, take_route, routes);
	} while (failed && errno == EINTR);
	/* ENOENT: the table is empty; others: there is no such family. */
	if (failed && errno != ENOENT && errno != EAFNOSUPPORT && errno != EOPNOTSUPP)
		rtnl_fail(r, NULL);
}

void routes_read(struct rtnl *r, struct routes *routes)
{
	*routes = (struct routes){0};
	for (const uint32_t *table = (uint32_t[]){RT_TABLE_MAIN, RT_TABLE_LOCAL, 0}; *table;
	     table++) {
		read_table(r, AF_INET, *table, routes);
		read_table(r, AF_INET6, *table, routes);
	}
}

static const struct route *default_route(const struct routes *routes)
{
	const struct route *best = NULL;

	for (const struct route *one = routes->at; one < routes->at + routes->count; one++)
		if (!one->to.length && one->type == RTN_UNICAST && one->link &&
		    (!best || one->metric < best->metric))
			best = one;
	return best;
}

bool routes_uplink(struct rtnl *r, struct link *uplink)
{
	struct routes routes = {0};

	read_table(r, AF_INET, RT_TABLE_MAIN, &routes);
	const struct route *best = default_route(&routes);
	if (!best) {
		read_table(r, AF_INET6, RT_TABLE_MAIN, &routes);
		best = default_route(&routes);
	}
	bool found = best && link_find_index(r, best->link, uplink);
	free(routes.at);
	return found;
}

void route_set_default(struct rtnl *r, unsigned int link, const struct cidr *gateway,
                       unsigned int how)
{
	char text[CIDR_TEXT];
	struct rtmsg *body;
	struct nlmsghdr *request =
	        rtnl_request(r, RTM_NEWROUTE, NLM_F_CREATE | how, sizeof(*body), &body,
	                     "add the default route by %s", cidr_address_text(gateway, text));

	body->rtm_family = (unsigned char)gateway->family;
	body->rtm_table = RT_TABLE_MAIN;
	body->rtm_protocol = RTPROT_BOOT;
	body->rtm_scope = RT_SCOPE_UNIVERSE;
	body->rtm_type = RTN_UNICAST;
	nl_put(request, RTA_GATEWAY, cidr_bits(gateway) / 8, gateway->at);
	nl_put_u32(request, RTA_OIF, link);
}
