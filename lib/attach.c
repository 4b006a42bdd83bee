/* Attaching a namespace to a bridge: see attach.h. */
#define _GNU_SOURCE
#include "attach.h"

#include "err.h"
#include "routes.h"
#include <errno.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* A socket stays in the namespace in which it was made: the host's, and the other one. */
static struct rtnl host, inside;

static const struct cidr *first_of(const struct attachment *a, int family)
{
	for (unsigned int i = 0; i < a->count; i++)
		if (a->addresses[i].family == family)
			return &a->addresses[i];
	return NULL;
}

static void choose(struct attachment *a, const struct link *bridge)
{
	struct link uplink;
	uint32_t chance;

	if (!a->mtu) {
		a->mtu = bridge->mtu;
		if (routes_uplink(&host, &uplink) && uplink.mtu < a->mtu)
			a->mtu = uplink.mtu;
	}
	if (a->mtu < IPV6_LEAST_MTU && first_of(a, AF_INET6))
		refuse(a->name, "an MTU of %u is too small for IPv6", a->mtu);
	if (!a->has_mac)
		link_make_mac(a->mac, first_of(a, AF_INET));
	if (getrandom(&chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		fail(NULL, "random bytes");
	(void)snprintf(a->host_name, sizeof(a->host_name), "veth%08x", chance);
}

static void check_address(const struct nlmsghdr *message, void *of)
{
	const struct attachment *a = of;
	struct cidr there;
	char text[CIDR_TEXT];

	if (link_take_address(message, &there))
		for (unsigned int i = 0; i < a->count; i++)
			if (cidr_same_address(&a->addresses[i], &there))
				refuse(cidr_address_text(&there, text),
				       "the address is in use in that namespace");
}

static void check_addresses(const struct attachment *a)
{
	struct ifaddrmsg *body;

	if (!a->count)
		return;
	(void)rtnl_request(&inside, RTM_GETADDR, NLM_F_DUMP, sizeof(*body), &body,
	                   "list the addresses");
	if (rtnl_send(&inside, check_address, (void *)(uintptr_t)a) && errno != EINTR)
		rtnl_fail(&inside, netns_name(&a->to));
}

static void undo_pair(void *name)
{
	link_remove(&host, name);
	(void)rtnl_send(&host, NULL, NULL);
}

/* Without this there is a queue for each processor, all but one of which is never used. */
static void put_one_queue(struct nlmsghdr *request)
{
	nl_put_u32(request, IFLA_NUM_TX_QUEUES, 1);
	nl_put_u32(request, IFLA_NUM_RX_QUEUES, 1);
}

static void ask_for_pair(const struct attachment *a, const struct link *bridge, int netns)
{
	struct ifinfomsg *body, *peer_body;
	struct nlmsghdr *request = rtnl_request(&host, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
	                                        sizeof(*body), &body, "make a pair of interfaces");

	nl_put_text(request, IFLA_IFNAME, a->host_name);
	nl_put_u32(request, IFLA_MTU, a->mtu);
	nl_put_u32(request, IFLA_MASTER, bridge->index);
	put_one_queue(request);
	struct nlattr *info = nl_nest(request, IFLA_LINKINFO);
	nl_put_text(request, IFLA_INFO_KIND, "veth");
	struct nlattr *data = nl_nest(request, IFLA_INFO_DATA);
	struct nlattr *peer = nl_nest(request, VETH_INFO_PEER);
	peer_body = nl_put_header(request, sizeof(*peer_body));
	(void)peer_body; /* zeroed */
	nl_put_text(request, IFLA_IFNAME, a->name);
	nl_put(request, IFLA_ADDRESS, MAC_SIZE, a->mac);
	nl_put_u32(request, IFLA_MTU, a->mtu);
	nl_put_u32(request, IFLA_NET_NS_FD, (uint32_t)netns);
	put_one_queue(request);
	nl_nest_end(request, peer);
	nl_nest_end(request, data);
	nl_nest_end(request, info);
}

/*
 * Let frames out of the port by which they came: where bridges are filtered, so does a packet that
 * a container sends to a port of the host which is published for itself.
 */
static void put_hairpin(struct nlmsghdr *request)
{
	struct nlattr *info = nl_nest(request, IFLA_LINKINFO);

	nl_put_text(request, IFLA_INFO_SLAVE_KIND, "bridge");
	struct nlattr *data = nl_nest(request, IFLA_INFO_SLAVE_DATA);
	nl_put_u8(request, IFLA_BRPORT_MODE, 1);
	nl_nest_end(request, data);
	nl_nest_end(request, info);
}

static void make_pair(struct attachment *a, const struct link *bridge, int netns)
{
	ask_for_pair(a, bridge, netns);
	/*
	 * That a new one is not connected is to be noticed while it is down, which a look does:
	 * else all who change a network wait until nobody sends by it any more (synchronize_net).
	 */
	link_look(&host, a->host_name);
	/*
	 * The kernel does not take these with the request that makes an interface. A port of a
	 * bridge needs no address, and none is made meanwhile, as its peer is down.
	 */
	struct nlmsghdr *request = link_change(&host, a->host_name, IFF_UP, "bring up");
	if (a->alias)
		nl_put(request, IFLA_IFALIAS, strlen(a->alias), a->alias);
	put_hairpin(request);
	if (a->mtu >= IPV6_LEAST_MTU && bridge->ipv6)
		link_put_no_link_local(request);

	if (rtnl_send(&host, NULL, NULL) == 0) {
		on_failure(undo_pair, a->host_name);
		return;
	}
	if (host.failed == 0 && host.why == EEXIST)
		refuse(a->name, "there is an interface of this name in that namespace");
	if (host.failed == 0 && host.why == EXFULL)
		refuse(a->bridge, "the bridge is full: it has as many ports as there can be");
	if (host.failed > 0)
		on_failure(undo_pair, a->host_name);
	rtnl_fail(&host, a->bridge);
}

/* Who has addresses is not to get more of them from whoever else is on the bridge. */
static void set_ipv6(const struct attachment *a, const struct link *link)
{
	if (!link->ipv6) {
		if (first_of(a, AF_INET6))
			refuse(a->name, "the kernel here has no IPv6");
		return;
	}
	if (!a->count)
		return;
	if (link_set_ipv6(a->name, "accept_ra", "0") && errno != ENOENT)
		fail(a->name, "set accept_ra");
	if (first_of(a, AF_INET6) && link->ipv6_off && link_set_ipv6(a->name, "disable_ipv6", "0"))
		fail(a->name, "switch IPv6 on");
	link_put_no_link_local(link_change(&inside, a->name, 0, "no link-local address"));
}

static void set_up_inside(const struct attachment *a)
{
	struct link link;

	if (!link_find(&inside, a->name, &link))
		refuse(a->name, "the interface is gone again");
	set_ipv6(a, &link);
	link_up(&inside, "lo");
	for (unsigned int i = 0; i < a->count; i++)
		link_add_address(&inside, link.index, &a->addresses[i], NLM_F_EXCL);
	if (first_of(a, AF_INET6)) {
		struct cidr local = link_local(a->mac);

		link_add_address(&inside, link.index, &local, NLM_F_EXCL);
	}
	link_up(&inside, a->name);
	for (unsigned int i = 0; i < a->gateway_count; i++)
		route_set_default(&inside, link.index, &a->gateways[i], NLM_F_EXCL);
	rtnl_do(&inside, NULL, NULL, a->name);
}

/*
 * That an interface is connected is noticed behind our backs, and only then its end of the bridge
 * forwards: a packet before that is lost, which is a second until the next one. Since Linux 6.8 a
 * look at it is enough. Who is not ready in the end works all the same, later.
 */
static void await_ready(struct rtnl *r, const char *name)
{
	enum { TRIES = 200, NAP = 100 * 1000 };
	struct link link;

	for (int i = 0; i < TRIES && link_find(r, name, &link) && !link.ready; i++)
		(void)nanosleep(&(struct timespec){.tv_nsec = NAP}, NULL);
}

void attach(struct attachment *a)
{
	struct link bridge;

	rtnl_open(&host);
	int netns = netns_enter(&a->to);
	rtnl_open(&inside);
	bridge_get(&host, a->bridge, &bridge);
	choose(a, &bridge);
	check_addresses(a);
	make_pair(a, &bridge, netns);
	set_up_inside(a);
	await_ready(&inside, a->name);
	await_ready(&host, a->host_name);
}

void detach_link(const struct netns *from, const char *name)
{
	(void)netns_enter(from);
	rtnl_open(&inside);
	link_remove(&inside, name);
	if (rtnl_send(&inside, NULL, NULL) && errno != ENODEV)
		rtnl_fail(&inside, name);
}

void set_gateways(const struct attachment *a)
{
	struct link link;

	(void)netns_enter(&a->to);
	rtnl_open(&inside);
	if (!link_find(&inside, a->name, &link))
		refuse(a->name, "there is no such interface in that namespace");
	for (unsigned int i = 0; i < a->gateway_count; i++)
		route_set_default(&inside, link.index, &a->gateways[i], NLM_F_REPLACE);
	rtnl_do(&inside, NULL, NULL, a->name);
}
