/*
 * Attaching a network namespace to a bridge, by a pair of interfaces of which one is in there.
 */
#ifndef ATTACH_H
#define ATTACH_H

#include "bridge.h"
#include "netns.h"

struct attachment {
	struct netns to;
	const char *bridge;
	const char *name;  /* inside */
	const char *alias; /* what is noted of the one outside; or NULL */
	struct cidr addresses[ADDRESSES_MOST], gateways[ADDRESSES_MOST];
	unsigned int count, gateway_count;
	bool has_mac;
	unsigned char mac[MAC_SIZE]; /* made of the first IPv4 address where has_mac is not set */
	unsigned int mtu;            /* 0: the smaller one of the bridge's and the uplink's */
	char host_name[IFNAMSIZ];    /* outside: made up */
};

/*
 * Do it, and fill in what was left open. The caller is in the other namespace afterwards. fail()s,
 * and takes back what it did.
 */
void attach(struct attachment *a);

/* Remove an interface there, and with it its peer. None of that name is no error. fail()s. */
void detach_link(const struct netns *from, const char *name);

/* Have the default routes of these families lead by `gateways` and the interface, instead of what
 * they lead by so far. fail()s, and refuse()s where there is no such interface. */
void set_gateways(const struct attachment *a);

#endif
