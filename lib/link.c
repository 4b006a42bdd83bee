/* Network interfaces: see link.h. */
#define _GNU_SOURCE
#include "link.h"

#include "err.h"
#include <errno.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void take_kind(const struct nlattr *info, struct link *link)
{
	const struct nlattr *attr;

	nl_each_nested (attr, info)
		if (nl_type(attr) == IFLA_INFO_KIND)
			(void)snprintf(link->kind, sizeof(link->kind), "%s", nl_text(attr));
}

static void take_ipv6(const struct nlattr *ipv6, struct link *link)
{
	const struct nlattr *attr;

	nl_each_nested (attr, ipv6) {
		const int *settings = nl_data(attr);

		if (nl_type(attr) == IFLA_INET6_CONF &&
		    nl_size(attr) > DEVCONF_DISABLE_IPV6 * sizeof(int))
			link->ipv6_off = settings[DEVCONF_DISABLE_IPV6];
	}
}

static void take_families(const struct nlattr *families, struct link *link)
{
	const struct nlattr *attr;

	nl_each_nested (attr, families)
		if (nl_type(attr) == AF_INET6) {
			link->ipv6 = true;
			take_ipv6(attr, link);
		}
}

static void take_attribute(const struct nlattr *attr, struct link *link)
{
	switch (nl_type(attr)) {
	case IFLA_IFNAME:
		(void)snprintf(link->name, sizeof(link->name), "%s", nl_text(attr));
		break;
	case IFLA_ADDRESS:
		if (nl_size(attr) == MAC_SIZE)
			memcpy(link->mac, nl_data(attr), MAC_SIZE);
		break;
	case IFLA_MTU:
		link->mtu = nl_u32(attr);
		break;
	case IFLA_MASTER:
		link->master = nl_u32(attr);
		break;
	case IFLA_OPERSTATE:
		link->ready = nl_u8(attr) == IF_OPER_UP;
		break;
	case IFLA_LINKINFO:
		take_kind(attr, link);
		break;
	case IFLA_AF_SPEC:
		take_families(attr, link);
		break;
	default:
		break;
	}
}

void link_take(const struct nlmsghdr *message, void *into)
{
	const struct ifinfomsg *body = nl_body(message);
	const struct nlattr *attr;
	struct link *link = into;

	memset(link, 0, sizeof(*link));
	link->index = (unsigned int)body->ifi_index;
	link->flags = body->ifi_flags;
	nl_each (attr, message, sizeof(*body))
		take_attribute(attr, link);
}

bool link_take_address(const struct nlmsghdr *message, struct cidr *address)
{
	const struct ifaddrmsg *body = nl_body(message);
	const struct nlattr *attr;

	*address = (struct cidr){body->ifa_family, body->ifa_prefixlen, {0}};
	if (body->ifa_family != AF_INET && body->ifa_family != AF_INET6)
		return false;
	nl_each (attr, message, sizeof(*body)) {
		int type = nl_type(attr);

		/* Where there are both IFA_ADDRESS is the other end's; in IPv6 it comes alone. */
		if ((type == IFA_LOCAL || (type == IFA_ADDRESS && body->ifa_family == AF_INET6)) &&
		    nl_size(attr) == cidr_bits(address) / 8)
			memcpy(address->at, nl_data(attr), cidr_bits(address) / 8);
	}
	return true;
}

static void look(struct rtnl *r, const char *name, unsigned int index)
{
	struct ifinfomsg *body;
	struct nlmsghdr *request =
	        rtnl_request(r, RTM_GETLINK, 0, sizeof(*body), &body, "look at the interface");

	body->ifi_index = (int)index;
	if (name)
		nl_put_text(request, IFLA_IFNAME, name);
	nl_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
}

void link_look(struct rtnl *r, const char *name)
{
	look(r, name, 0);
}

static bool find(struct rtnl *r, const char *name, unsigned int index, struct link *link)
{
	look(r, name, index);
	if (rtnl_send(r, link_take, link) == 0)
		return true;
	if (errno != ENODEV)
		rtnl_fail(r, name);
	return false;
}

bool link_find(struct rtnl *r, const char *name, struct link *link)
{
	return find(r, name, 0, link);
}

bool link_find_index(struct rtnl *r, unsigned int index, struct link *link)
{
	return find(r, NULL, index, link);
}
