/* Bridges: see bridge.h. */
#define _GNU_SOURCE
#include "bridge.h"

#include "err.h"
#include "routes.h"
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <sys/socket.h>

static struct rtnl *undo_by; /* what a bridge that was made half-way is removed by */

static void undo_create(void *name)
{
	link_remove(undo_by, name);
	(void)rtnl_send(undo_by, NULL, NULL);
}

static const struct cidr *first_of(const struct bridge *bridge, int family)
{
	for (unsigned int i = 0; i < bridge->count; i++)
		if (bridge->addresses[i].family == family)
			return &bridge->addresses[i];
	return NULL;
}

static unsigned int uplink_mtu(struct rtnl *r)
{
	enum { USUAL = 1500, LARGEST = 65535 };
	struct link uplink;

	if (!routes_uplink(r, &uplink))
		return USUAL;
	return uplink.mtu < LARGEST ? uplink.mtu : LARGEST;
}

/*
 * With a MAC of its own it keeps that, and with it its neighbours and its link-local address; else
 * it would take the lowest of its ports, and another one as these come and go.
 */
static bool make(struct rtnl *r, const struct bridge *bridge)
{
	unsigned char mac[MAC_SIZE];
	struct ifinfomsg *body;
	unsigned int mtu = bridge->mtu ? bridge->mtu : uplink_mtu(r);
	struct nlmsghdr *request = rtnl_request(r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
	                                        sizeof(*body), &body, "make a bridge");

	link_make_mac(mac, first_of(bridge, AF_INET));
	nl_put_text(request, IFLA_IFNAME, bridge->name);
	nl_put(request, IFLA_ADDRESS, sizeof(mac), mac);
	nl_put_u32(request, IFLA_MTU, mtu);
	struct nlattr *info = nl_nest(request, IFLA_LINKINFO);
	nl_put_text(request, IFLA_INFO_KIND, "bridge");
	struct nlattr *data = nl_nest(request, IFLA_INFO_DATA);
	nl_put_u32(request, IFLA_BR_STP_STATE, 0);
	nl_put_u32(request, IFLA_BR_FORWARD_DELAY, 0);
	nl_nest_end(request, data);
	nl_nest_end(request, info);
	if (rtnl_send(r, NULL, NULL) == 0)
		return true;
	if (errno != EEXIST)
		rtnl_fail(r, bridge->name);
	return false;
}

void bridge_get(struct rtnl *r, const char *name, struct link *link)
{
	if (!link_find(r, name, link))
		refuse(name, "there is no such bridge");
	if (strcmp(link->kind, "bridge") != 0)
		refuse(name, "there is such an interface, but it is not a bridge");
}

/* On a bridge there is nobody to tell us routes, and anybody who would say that he could. */
static void set_ipv6(const struct bridge *bridge, const struct link *link)
{
	if (!link_has_ipv6()) {
		if (first_of(bridge, AF_INET6))
			refuse(bridge->name, "the kernel here has no IPv6");
		return;
	}
	if (first_of(bridge, AF_INET6) && link->mtu < IPV6_LEAST_MTU)
		refuse(bridge->name, "an MTU of %u is too small for IPv6", link->mtu);
	if (link_set_ipv6(bridge->name, "accept_ra", "0") && errno != ENOENT)
		fail(bridge->name, "set accept_ra");
	if (first_of(bridge, AF_INET6) && link->ipv6_off &&
	    link_set_ipv6(bridge->name, "disable_ipv6", "0"))
		fail(bridge->name, "switch IPv6 on");
}

void bridge_create(struct rtnl *r, const struct bridge *bridge, struct link *link)
{
	bool made = make(r, bridge);

	if (made) {
		undo_by = r;
		on_failure(undo_create, (void *)(uintptr_t)bridge->name);
	}
	bridge_get(r, bridge->name, link);
	set_ipv6(bridge, link);

	if (!made && bridge->mtu && bridge->mtu != link->mtu) {
		struct nlmsghdr *request = link_change(r, bridge->name, 0, "set the MTU");

		nl_put_u32(request, IFLA_MTU, link->mtu = bridge->mtu);
	}
	if (link_has_ipv6() && link->mtu >= IPV6_LEAST_MTU)
		link_put_no_link_local(link_change(r, bridge->name, 0, "no link-local address"));
	for (unsigned int i = 0; i < bridge->count; i++)
		link_add_address(r, link->index, &bridge->addresses[i], NLM_F_REPLACE);
	if (first_of(bridge, AF_INET6)) {
		struct cidr local = link_local(link->mac);

		link_add_address(r, link->index, &local, NLM_F_REPLACE);
	}
	link_up(r, bridge->name);
	rtnl_do(r, NULL, NULL, bridge->name);
}

void bridge_remove(struct rtnl *r, const char *name)
{
	struct link link;

	if (!link_find(r, name, &link))
		return;
	if (strcmp(link.kind, "bridge") != 0)
		refuse(name, "it is not a bridge");
	link_remove(r, name);
	if (rtnl_send(r, NULL, NULL) && errno != ENODEV)
		rtnl_fail(r, name);
}
