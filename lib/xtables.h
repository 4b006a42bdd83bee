/*
 * Tables of iptables and ip6tables, of both in one way: libiptc, which is loaded for it, and rules
 * of the few kinds that are needed.
 */
#ifndef XTABLES_H
#define XTABLES_H

#include "firewall.h"

/* What this project makes is in chains of these names, and in jumps to them. */
#define XTABLES_CHAIN      "MINI-DOCKER"
#define XTABLES_CHAIN_POST "MINI-DOCKER-POST"

enum { CHAIN_ROOM = 29, RULE_ROOM = 1024 }; /* a chain's name with its NUL; bytes of a rule */

/* What a rule asks for, all of which must be so, and what is done then. Zeroes ask for nothing. */
struct rule {
	char in[BRIDGE_ROOM], out[BRIDGE_ROOM];
	bool not_out; /* any interface but `out` */
	struct cidr source, destination;
	bool not_destination; /* any address but those */
	uint8_t protocol;
	uint16_t port;                          /* of the destination, in host order */
	enum { ANY, LOCAL, NOT_LOCAL } sender;  /* is the source an address of this host? */
	bool to_local;                          /* the destination is */
	enum { NO_STATE, KNOWN, DNATED } state; /* established or related; translated */
	char owner[OWNER_ROOM];                 /* a comment */
	char target[CHAIN_ROOM];                /* a chain, ACCEPT, DROP, MASQUERADE, DNAT */
	struct cidr to;                         /* of DNAT, with a port */
	uint16_t to_port;
};

struct xtable {
	int family;
	const char *name; /* filter, nat, raw */
	void *handle;
};

/* Does the kernel have these tables, or can it load them? */
bool xtables_usable(int family);

/* Is the table in use in this network namespace? To ask for one brings it into use. */
bool xtables_there(int family, const char *table);

/*
 * Change a table: `fill` is called with what is there, again if it changed meanwhile, and what it
 * does takes effect at once; false: it wants nothing changed. The lock of iptables is held from
 * then on to the end of the process.
 */
void xtables_change(int family, const char *table, bool (*fill)(struct xtable *t, const void *of),
                    const void *of);

/* In `fill`, and fail()s. */
bool xtables_has_chain(struct xtable *t, const char *chain);
void xtables_make_chain(struct xtable *t, const char *chain); /* unless it is there */
void xtables_remove_chain(struct xtable *t, const char *chain);
bool xtables_drops(struct xtable *t, const char *chain); /* its policy is DROP */
void xtables_insert(struct xtable *t, const char *chain, const struct rule *rule,
                    unsigned int at); /* UINT_MAX: behind all others */
/* Remove those that `is` says yes to. Their number. */
unsigned int xtables_remove(struct xtable *t, const char *chain,
                            bool (*is)(const struct rule *rule, const void *of), const void *of);
/* Show each to `take`, from the first on, as long as it returns true. */
void xtables_each(struct xtable *t, const char *chain,
                  bool (*take)(const struct rule *rule, void *to), void *to);

/* xtables_encode.c, xtables_decode.c: a rule as the kernel has it, at `bytes`, and back. */
void rule_encode(int family, const struct rule *rule, unsigned char bytes[RULE_ROOM]);
void rule_decode(int family, const void *entry, const char *target, struct rule *rule);

#endif
