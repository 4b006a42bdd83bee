/*
 * Network interfaces: what the kernel tells of them, and requests that change one.
 */
#ifndef LINK_H
#define LINK_H

#include "cidr.h"
#include "rtnl.h"
#include <linux/if.h>

enum { MAC_SIZE = 6, MAC_TEXT = 18, IPV6_LEAST_MTU = 1280 };

struct link {
	unsigned int index, mtu, flags, master;
	bool ready;    /* packets pass: it is up, and who is behind it too */
	bool ipv6;     /* has it: the kernel does, and its MTU is not too small */
	bool ipv6_off; /* disable_ipv6 */
	char name[IFNAMSIZ], kind[IFNAMSIZ];
	unsigned char mac[MAC_SIZE];
};

/* Read one of an answer to RTM_GETLINK; as a callback, into a struct link. */
void link_take(const struct nlmsghdr *message, void *into);

/* The address in one of RTM_GETADDR; false: it is of another kind of network. */
bool link_take_address(const struct nlmsghdr *message, struct cidr *address);

/* False: there is none. fail()s. */
bool link_find(struct rtnl *r, const char *name, struct link *link);
bool link_find_index(struct rtnl *r, unsigned int index, struct link *link);

/* Requests for rtnl_send(). flags: IFF_… to be set; attributes of the change may be added. */
struct nlmsghdr *link_change(struct rtnl *r, const char *name, unsigned int flags,
                             const char *what);
void link_up(struct rtnl *r, const char *name);
void link_look(struct rtnl *r, const char *name); /* for link_take() */
void link_remove(struct rtnl *r, const char *name);

/* Have the kernel make no link-local address of IPv6 by itself, which nobody could use for a
 * second. */
void link_put_no_link_local(struct nlmsghdr *request);

/* Add an address, used at once without a look for whose it may be (NODAD). flags: NLM_F_… */
void link_add_address(struct rtnl *r, unsigned int index, const struct cidr *address, int flags);

/* The link-local address of IPv6 that a MAC makes (RFC 4291, appendix A). */
struct cidr link_local(const unsigned char mac[MAC_SIZE]);

/* A parameter of IPv6 of an interface in the namespace that we are in. 0, or -1 with errno. */
int link_set_ipv6(const char *name, const char *key, const char *value);

/* Does the kernel have IPv6, in the namespace that we are in? */
bool link_has_ipv6(void);

/* A MAC of our own: 02:42 and an IPv4 address, as docker-run(1) has it; or chance. */
void link_make_mac(unsigned char mac[MAC_SIZE], const struct cidr *address);
const char *link_mac_text(const unsigned char mac[MAC_SIZE], char into[MAC_TEXT]);

/* NULL, or why it is none. */
const char *link_parse_mac(const char *text, unsigned char mac[MAC_SIZE]);
const char *link_name_unfit(const char *name);

#endif
