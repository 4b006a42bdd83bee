/*
 * What is reached from here, and by which way out: the routes of the main table, and addresses of
 * our own.
 */
#ifndef ROUTES_H
#define ROUTES_H

#include "link.h"

struct route {
	struct cidr to; /* a length of 0: the default route */
	unsigned int link, metric;
	unsigned char type; /* RTN_UNICAST ... */
};

struct routes {
	struct route *at;
	size_t count;
};

/* All, of IPv4 and IPv6, but those of multicast; the caller frees `at`. fail()s. */
void routes_read(struct rtnl *r, struct routes *routes);

/* The interface with the default route, of IPv4 or else of IPv6, that is taken first. */
bool routes_uplink(struct rtnl *r, struct link *uplink);

/* A request for rtnl_send(): the default route; how: NLM_F_EXCL or NLM_F_REPLACE. */
void route_set_default(struct rtnl *r, unsigned int link, const struct cidr *gateway,
                       unsigned int how);

#endif
