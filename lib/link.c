/* Network interfaces: see link.h. */
#define _GNU_SOURCE
#include "link.h"

#include "err.h"
#include <errno.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <string.h>
#include <sys/socket.h>

static int take_kind(const struct nlattr *attr, void *into)
{
	struct link *link = into;

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
		(void)snprintf(link->kind, sizeof(link->kind), "%s", mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

static int take_ipv6(const struct nlattr *attr, void *into)
{
	const int *settings = mnl_attr_get_payload(attr);

	if (mnl_attr_get_type(attr) == IFLA_INET6_CONF &&
	    mnl_attr_get_payload_len(attr) > DEVCONF_DISABLE_IPV6 * sizeof(int))
		((struct link *)into)->ipv6_off = settings[DEVCONF_DISABLE_IPV6];
	return MNL_CB_OK;
}

static int take_family(const struct nlattr *attr, void *into)
{
	if (mnl_attr_get_type(attr) == AF_INET6)
		(void)mnl_attr_parse_nested(attr, take_ipv6, into);
	return MNL_CB_OK;
}

static int take_attribute(const struct nlattr *attr, void *into)
{
	struct link *link = into;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		(void)snprintf(link->name, sizeof(link->name), "%s", mnl_attr_get_str(attr));
		break;
	case IFLA_ADDRESS:
		if (mnl_attr_get_payload_len(attr) == MAC_SIZE)
			memcpy(link->mac, mnl_attr_get_payload(attr), MAC_SIZE);
		break;
	case IFLA_MTU:
		link->mtu = mnl_attr_get_u32(attr);
		break;
	case IFLA_MASTER:
		link->master = mnl_attr_get_u32(attr);
		break;
	case IFLA_OPERSTATE:
		link->ready = mnl_attr_get_u8(attr) == IF_OPER_UP;
		break;
	case IFLA_LINKINFO:
		(void)mnl_attr_parse_nested(attr, take_kind, link);
		break;
	case IFLA_AF_SPEC:
		(void)mnl_attr_parse_nested(attr, take_family, link);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

int link_take(const struct nlmsghdr *message, void *into)
{
	const struct ifinfomsg *body = mnl_nlmsg_get_payload(message);
	struct link *link = into;

	memset(link, 0, sizeof(*link));
	link->index = (unsigned int)body->ifi_index;
	link->flags = body->ifi_flags;
	return mnl_attr_parse(message, sizeof(*body), take_attribute, link);
}

bool link_take_address(const struct nlmsghdr *message, struct cidr *address)
{
	const struct ifaddrmsg *body = mnl_nlmsg_get_payload(message);
	const struct nlattr *attr;

	*address = (struct cidr){body->ifa_family, body->ifa_prefixlen, {0}};
	if (body->ifa_family != AF_INET && body->ifa_family != AF_INET6)
		return false;
	mnl_attr_for_each(attr, message, sizeof(*body))
	{
		int type = mnl_attr_get_type(attr);

		/* Where there are both IFA_ADDRESS is the other end's; in IPv6 it comes alone. */
		if ((type == IFA_LOCAL || (type == IFA_ADDRESS && body->ifa_family == AF_INET6)) &&
		    mnl_attr_get_payload_len(attr) == cidr_bits(address) / 8)
			memcpy(address->at, mnl_attr_get_payload(attr), cidr_bits(address) / 8);
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
		mnl_attr_put_strz(request, IFLA_IFNAME, name);
	mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
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
