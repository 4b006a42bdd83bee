/*
 * What the host's packet filter does for networks of containers on bridges: masquerade, published
 * ports, and who reaches whom. There are two ways to have it done, by nf_tables and by the older
 * iptables; both keep to what is theirs, and everything there is to know can be read back from the
 * kernel, so that nothing is stored elsewhere. All is of the network namespace the caller is in.
 *
 * Functions that change something do all of it or nothing, may run at the same time in any number
 * of processes, and fail() or refuse() with the reason.
 */
#ifndef FIREWALL_H
#define FIREWALL_H

#include "cidr.h"
#include "portspec.h"
#include <stdbool.h>
#include <stddef.h>

enum {
	BRIDGE_ROOM = 16, /* IFNAMSIZ */
	OWNER_ROOM = 128, /* an owner with its NUL: what nft(8) takes as a comment */
	NETWORK_SUBNETS = 16,
};

/* A bridge with the subnets of those that are attached to it. */
struct network {
	char bridge[BRIDGE_ROOM];
	bool internal; /* reaches nothing but itself and the host */
	unsigned int count;
	struct cidr subnets[NETWORK_SUBNETS];
};

struct networks {
	struct network *at; /* who has it frees it */
	size_t count;
};

/* One port of one address, or of every address of a family, of the host. */
struct published {
	char owner[OWNER_ROOM];
	struct portspec spec; /* its family is never 0 */
	struct cidr to;       /* an address of that family; the port is that of `spec` */
	/*
	 * IPv6: an address of the host to which `to` answers without a route, family 0: there is
	 * none. What the host sends to ::1 is said to come from there.
	 */
	struct cidr near;
	bool held; /* its port is: see port_hold.h */
};

struct ports {
	struct published *at; /* who has it frees it */
	size_t count;
};

struct firewall {
	const char *name;
	/* Has the kernel what it takes? Has anything of ours been set up? Neither changes anything.
	 */
	bool (*usable)(void);
	bool (*used)(void);

	/* Have the rules for this network as they should be, whatever was there. */
	void (*add)(const struct network *network);
	/* Take them away, and with those of the last network all else. Gone already is fine. */
	void (*remove)(const char *bridge);
	void (*networks)(struct networks *into);

	/*
	 * Ports that the same owner has published in that way already are fine, and what it
	 * published in another way is changed. One of another owner is refused, unless the port is
	 * held: then that owner does not hold it any more, and has left its rule behind. So
	 * have those of single addresses, when the port is held for every address.
	 */
	void (*publish)(const struct ports *ports);
	/* Of these, what the owner has; specs NULL: whatever it has. gone: what that was; or NULL.
	 */
	void (*unpublish)(const char *owner, const struct portspec *specs, size_t count,
	                  struct ports *gone);
	void (*published)(struct ports *into);
};

extern const struct firewall firewall_nft, firewall_iptables;

/* All of them, the better ones first; ends in NULL. */
enum { FIREWALLS = 2 };
extern const struct firewall *const firewalls[FIREWALLS + 1];

/* By name: NULL: there is none. */
const struct firewall *firewall_find(const char *name);

/* Which one networks are set up with here: one that is in use, or else usable. refuse()s. */
const struct firewall *firewall_choose(void);

/* Room for one more, zeroed. */
struct network *networks_add(struct networks *networks, const char *bridge);
struct published *ports_add(struct ports *ports);

struct network *networks_find(const struct networks *networks, const char *bridge);

/* The subnet of the one that overlaps with any of the other's, or NULL. */
const struct cidr *network_overlap(const struct network *one, const struct network *other);

/* refuse() a subnet that overlaps with one of another bridge. */
void networks_check(const struct networks *networks, const struct network *added);

/* Do both mean the same port of the same address? */
bool portspec_same(const struct portspec *a, const struct portspec *b);

/* Is what the second means among what the first does, which may be every address? */
bool portspec_covers(const struct portspec *a, const struct portspec *b);

/* refuse() to publish what is `there` for somebody else. */
_Noreturn void refuse_taken(const struct portspec *spec, const char *owner);

/* refuse() to publish anything where there is no network yet. */
_Noreturn void refuse_no_network(void);

#endif
