/* Changes of network interfaces: see link.h. */
#define _GNU_SOURCE
#include "link.h"

#include "err.h"
#include "io.h"
#include <fcntl.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

struct nlmsghdr *link_change(struct rtnl *r, const char *name, unsigned int flags, const char *what)
{
	struct ifinfomsg *body;
	struct nlmsghdr *request =
	        rtnl_request(r, RTM_NEWLINK, 0, sizeof(*body), &body, "%s: %s", name, what);

	body->ifi_flags = body->ifi_change = flags;
	nl_put_text(request, IFLA_IFNAME, name);
	return request;
}

void link_up(struct rtnl *r, const char *name)
{
	(void)link_change(r, name, IFF_UP, "bring up");
}

void link_remove(struct rtnl *r, const char *name)
{
	struct ifinfomsg *body;
	struct nlmsghdr *request =
	        rtnl_request(r, RTM_DELLINK, 0, sizeof(*body), &body, "remove the interface");

	nl_put_text(request, IFLA_IFNAME, name);
}

void link_put_no_link_local(struct nlmsghdr *request)
{
	struct nlattr *families = nl_nest(request, IFLA_AF_SPEC);
	struct nlattr *ipv6 = nl_nest(request, AF_INET6);

	nl_put_u8(request, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	nl_nest_end(request, ipv6);
	nl_nest_end(request, families);
}

void link_add_address(struct rtnl *r, unsigned int index, const struct cidr *address, int flags)
{
	size_t bytes = cidr_bits(address) / 8;
	char text[CIDR_TEXT];
	struct ifaddrmsg *body;
	struct nlmsghdr *request =
	        rtnl_request(r, RTM_NEWADDR, NLM_F_CREATE | flags, sizeof(*body), &body,
	                     "add the address %s", cidr_text(address, text));

	body->ifa_family = (uint8_t)address->family;
	body->ifa_prefixlen = (uint8_t)address->length;
	body->ifa_index = index;
	nl_put(request, IFA_LOCAL, bytes, address->at);
	nl_put(request, IFA_ADDRESS, bytes, address->at);
	if (address->family == AF_INET6)
		nl_put_u32(request, IFA_FLAGS, IFA_F_NODAD);
	else if (address->length < 31)
		nl_put(request, IFA_BROADCAST, bytes, cidr_broadcast(address).at);
}

struct cidr link_local(const unsigned char mac[MAC_SIZE])
{
	return (struct cidr){
	        AF_INET6,
	        64,
	        {0xfe, 0x80, [8] = mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]},
	};
}

int link_set_ipv6(const char *name, const char *key, const char *value)
{
	FREED char *path = xprintf("/proc/sys/net/ipv6/conf/%s/%s", name, key);

	return write_file(AT_FDCWD, path, value);
}

bool link_has_ipv6(void)
{
	return access("/proc/sys/net/ipv6", F_OK) == 0;
}

void link_make_mac(unsigned char mac[MAC_SIZE], const struct cidr *address)
{
	mac[0] = 0x02;
	mac[1] = 0x42;
	if (address)
		memcpy(mac + 2, address->at, 4);
	else if (getrandom(mac + 2, 4, 0) != 4)
		fail(NULL, "random bytes");
}

const char *link_mac_text(const unsigned char mac[MAC_SIZE], char into[MAC_TEXT])
{
	(void)snprintf(into, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
	               mac[3], mac[4], mac[5]);
	return into;
}

const char *link_parse_mac(const char *text, unsigned char mac[MAC_SIZE])
{
	int end = 0, fields = sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", mac, mac + 1,
	                             mac + 2, mac + 3, mac + 4, mac + 5, &end);

	if (fields != MAC_SIZE || end != MAC_TEXT - 1 || text[end] ||
	    strspn(text, "0123456789abcdefABCDEF:") != (size_t)end)
		return "not a MAC address";
	if (mac[0] & 1)
		return "a multicast address, which no interface can have";
	if (!memcmp(mac, (unsigned char[MAC_SIZE]){0}, MAC_SIZE))
		return "no address of an interface";
	return NULL;
}

const char *link_name_unfit(const char *name)
{
	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return "not a name of an interface";
	if (strlen(name) >= IFNAMSIZ)
		return "too long: the name of an interface has 15 bytes at most";
	for (const char *c = name; *c; c++)
		if (*c <= ' ' || *c == '/' || *c == ':' || *c == '%' || *c == 0x7f)
			return "not a name of an interface";
	return NULL;
}
