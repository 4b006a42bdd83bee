/*
 * Parameters of the kernel without which no packet gets from a bridge to elsewhere: ip-sysctl in
 * the kernel's documentation. They are set where they are needed, and only when they are not as
 * they should be; those of the bridge end with it, the others stay.
 */
#ifndef NET_FORWARDING_H
#define NET_FORWARDING_H

#include <stdbool.h>

/*
 * For a bridge that stands for networks of IPv4, of IPv6, or both; both times `in` is an interface
 * that packets come from:
 *   net.ipv4.conf.BRIDGE.route_localnet  1: 127.0.0.1 of the host is answered from there
 *   net.ipv4.conf.IN.forwarding          1, of the bridge and the uplinks
 *   net.ipv6.conf.IN.force_forwarding    1, the same; before Linux 6.17, which has it first,
 *   net.ipv6.conf.all.forwarding         1, which takes advertised routes from all interfaces but
 *   net.ipv6.conf.UPLINK.accept_ra       those that have 2, which replaces 1
 * Uplinks are the interfaces with a default route, or, when there is none, those with an address
 * that others can reach. internal: the bridge's route_localnet alone. fail()s.
 */
void net_forwarding(const char *bridge, bool four, bool six, bool internal);

/* Is there such an interface? */
bool net_forwarding_known(const char *interface);

/* refuse() a bridge that is not there. */
void net_forwarding_check(const char *bridge);

#endif
