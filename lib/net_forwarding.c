/* Forwarding: see net_forwarding.h. */
#define _GNU_SOURCE
#include "net_forwarding.h"

#include "err.h"
#include "io.h"
#include "opt.h"
#include "routes.h"
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* The value of net.FAMILY.conf.INTERFACE.KEY, a digit; '\0': there is no such parameter. */
static char get(const char *family, const char *interface, const char *key)
{
	FREED char *path = xprintf("/proc/sys/net/%s/conf/%s/%s", family, interface, key);
	FREED char *text = read_file(AT_FDCWD, path, 64, NULL);

	return text ? *text : '\0';
}

static void set(const char *family, const char *interface, const char *key, const char *value)
{
	FREED char *path = xprintf("/proc/sys/net/%s/conf/%s/%s", family, interface, key);

	if (get(family, interface, key) == *value)
		return;
	if (write_file(AT_FDCWD, path, value) != 0)
		fail(path, "write %s", value);
}

/* Names of interfaces, each once. */
static void add_name(struct list *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->at[i], name) == 0)
			return;
	list_add(names, xstrdup(name));
}

static void add_default_routes(struct list *uplinks, int family)
{
	static struct rtnl r;
	struct routes routes;
	struct link link;

	rtnl_open(&r);
	routes_read(&r, &routes);
	for (unsigned int i = 0; i < routes.count; i++)
		if (routes.at[i].to.length == 0 && routes.at[i].to.family == family &&
		    link_find_index(&r, routes.at[i].link, &link))
			add_name(uplinks, link.name);
	rtnl_close(&r);
	free(routes.at);
}

static bool is_reachable(const struct ifaddrs *at, int family, const char *bridge)
{
	if (!at->ifa_addr || at->ifa_addr->sa_family != family ||
	    at->ifa_flags & (IFF_LOOPBACK | IFF_POINTOPOINT) || strcmp(at->ifa_name, bridge) == 0)
		return false;
	if (family == AF_INET)
		return true;

	/* fe80::/10 is of one wire. */
	const unsigned char *address =
	        ((const struct sockaddr_in6 *)at->ifa_addr)->sin6_addr.s6_addr;

	return address[0] != 0xfe || (address[1] & 0xc0) != 0x80;
}

static void add_addresses(struct list *uplinks, int family, const char *bridge)
{
	struct ifaddrs *all;

	if (getifaddrs(&all) != 0)
		fail(NULL, "addresses");
	for (const struct ifaddrs *at = all; at; at = at->ifa_next)
		if (is_reachable(at, family, bridge))
			add_name(uplinks, at->ifa_name);
	freeifaddrs(all);
}

static struct list find_uplinks(int family, const char *bridge)
{
	struct list uplinks = {NULL, 0};

	add_default_routes(&uplinks, family);
	if (uplinks.count == 0)
		add_addresses(&uplinks, family, bridge);
	return uplinks;
}

static void forward4(const char *bridge)
{
	struct list uplinks = find_uplinks(AF_INET, bridge);

	set("ipv4", bridge, "forwarding", "1");
	for (size_t i = 0; i < uplinks.count; i++)
		set("ipv4", uplinks.at[i], "forwarding", "1");
}

static void forward6(const char *bridge)
{
	struct list uplinks = find_uplinks(AF_INET6, bridge);
	bool each = get("ipv6", bridge, "force_forwarding");

	if (get("ipv6", "all", "forwarding") == '1')
		return;
	if (each)
		set("ipv6", bridge, "force_forwarding", "1");
	for (size_t i = 0; i < uplinks.count; i++) {
		if (each)
			set("ipv6", uplinks.at[i], "force_forwarding", "1");
		else if (get("ipv6", uplinks.at[i], "accept_ra") == '1')
			set("ipv6", uplinks.at[i], "accept_ra", "2");
	}
	/* Routes that were advertised are thrown away at this moment where accept_ra is not 2. */
	if (!each)
		set("ipv6", "all", "forwarding", "1");
}

bool net_forwarding_known(const char *interface)
{
	return get("ipv4", interface, "forwarding") != 0;
}

void net_forwarding_check(const char *bridge)
{
	if (!net_forwarding_known(bridge))
		refuse(bridge, "there is no such interface");
}

void net_forwarding(const char *bridge, bool four, bool six, bool internal)
{
	if (four)
		set("ipv4", bridge, "route_localnet", "1");
	if (four && !internal)
		forward4(bridge);
	if (six && !internal && get("ipv6", "all", "forwarding"))
		forward6(bridge);
}
