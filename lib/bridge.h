/*
 * Bridges: made, removed, listed.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include "link.h"

enum { ADDRESSES_MOST = 16 };

struct bridge {
	const char *name;
	struct cidr addresses[ADDRESSES_MOST];
	unsigned int count;
	unsigned int mtu; /* 0: that of the interface with the default route, or 1500 */
};

/*
 * Make it, up, without spanning tree: a port forwards at once. One that is there already gets what
 * it lacks. *link is what became of it. fail()s, and takes back what it did.
 */
void bridge_create(struct rtnl *r, const struct bridge *bridge, struct link *link);

/* One that is gone is no error; what is no bridge is refuse()d. */
void bridge_remove(struct rtnl *r, const char *name);

/* What is found under that name. refuse()s what is none, or no bridge. */
void bridge_get(struct rtnl *r, const char *name, struct link *link);

/* Of all bridges, one after the other: the bridge, its addresses, how many ports it has. */
typedef void bridge_teller(const struct link *link, const struct cidr *addresses,
                           unsigned int count, unsigned int ports);
void bridge_each(struct rtnl *r, bridge_teller *tell);

#endif
