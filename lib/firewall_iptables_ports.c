/*
 * Published ports as rules of iptables: in MINI-DOCKER of the table nat, with the owner as comment.
 * Every change has the kernel take in the whole table again.
 */
#define _GNU_SOURCE
#include "firewall_iptables.h"

#include "err.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const int families[] = {AF_INET, AF_INET6};

static struct rule rule_of(const struct published *port)
{
	struct rule rule = {
	        .protocol = port->spec.protocol,
	        .port = port->spec.host_port,
	        .target = "DNAT",
	        .to = port->to,
	        .to_port = port->spec.port,
	};

	memcpy(rule.owner, port->owner, sizeof(rule.owner));
	if (!portspec_is_wildcard(&port->spec)) {
		rule.destination.family = port->spec.family;
		rule.destination.length = port->spec.family == AF_INET ? 32 : 128;
		memcpy(rule.destination.at, port->spec.address, sizeof(port->spec.address));
	}
	return rule;
}

static struct published port_of(int family, const struct rule *rule)
{
	struct published port = {
	        .spec = {.family = family,
	                 .host_port = rule->port,
	                 .port = rule->to_port,
	                 .protocol = rule->protocol},
	        .to = rule->to
        };

	memcpy(port.owner, rule->owner, sizeof(port.owner));
	memcpy(port.spec.address, rule->destination.at, sizeof(port.spec.address));
	return port;
}

/* What is there of a port that is to be published. */
struct look {
	int family;
	const struct published *port;
	enum { FREE, SAME, OTHER } found;
};

static bool look_at(const struct rule *rule, void *to)
{
	struct look *look = to;
	struct published there = port_of(look->family, rule);

	if (!portspec_same(&there.spec, &look->port->spec))
		return true;
	bool ours = strcmp(there.owner, look->port->owner) == 0;
	if (!ours)
		refuse_taken(&look->port->spec, there.owner);
	look->found = ours && there.spec.port == look->port->spec.port &&
	                              cidr_same_address(&there.to, &look->port->to)
	                      ? SAME
	                      : OTHER;
	return false;
}

struct owned {
	const char *owner;            /* NULL: whoever */
	const struct portspec *specs; /* NULL: all */
	size_t count;
	int family;
	struct ports *gone; /* or NULL: those that are found */
};

static bool is_owned(const struct rule *rule, const void *of)
{
	const struct owned *owned = of;
	struct published there = port_of(owned->family, rule);

	bool is = !owned->specs;

	if (owned->owner && strcmp(rule->owner, owned->owner) != 0)
		return false;
	for (size_t i = 0; i < owned->count; i++)
		is |= portspec_same(&owned->specs[i], &there.spec);
	if (is && owned->gone)
		*ports_add(owned->gone) = there;
	return is;
}

/* Nobody but who publishes it holds the port. */
static bool is_left_behind(const struct rule *rule, const void *of)
{
	const struct published *port = of;
	struct published there = port_of(port->spec.family, rule);

	return portspec_covers(&port->spec, &there.spec) && strcmp(there.owner, port->owner) != 0;
}

static bool fill_publish(struct xtable *t, const void *of)
{
	const struct ports *ports = of;
	bool change = false;

	if (!xtables_has_chain(t, XTABLES_CHAIN))
		refuse_no_network();
	for (size_t i = 0; i < ports->count; i++) {
		const struct published *port = &ports->at[i];
		struct owned owned = {NULL, &port->spec, 1, t->family, NULL};
		struct look look = {t->family, port, FREE};
		struct rule rule = rule_of(port);

		if (port->spec.family != t->family)
			continue;
		if (port->held && xtables_remove(t, XTABLES_CHAIN, is_left_behind, port))
			change = true;
		xtables_each(t, XTABLES_CHAIN, look_at, &look);
		if (look.found == SAME)
			continue;
		if (look.found == OTHER)
			(void)xtables_remove(t, XTABLES_CHAIN, is_owned, &owned);
		/* The first that fits is taken: those of one address come first. */
		xtables_insert(t, XTABLES_CHAIN, &rule, rule.destination.family ? 0 : UINT_MAX);
		change = true;
	}
	return change;
}

static bool has_family(const struct ports *ports, int family)
{
	for (size_t i = 0; i < ports->count; i++)
		if (ports->at[i].spec.family == family)
			return true;
	return false;
}

static const struct ports *undone;

static void undo_publish(void *owner)
{
	struct portspec *specs = xalloc((undone->count + 1) * sizeof(*specs));

	for (size_t i = 0; i < undone->count; i++)
		specs[i] = undone->at[i].spec;
	iptables_unpublish(owner, specs, undone->count, NULL);
	free(specs);
}

/* One family first, the other one then: when that fails, the first one is undone. */
void iptables_publish(const struct ports *ports)
{
	bool some = false;

	for (int i = 0; i < 2; i++) {
		if (!has_family(ports, families[i]))
			continue;
		xtables_change(families[i], "nat", fill_publish, ports);
		if (some)
			continue;
		some = true;
		undone = ports;
		on_failure(undo_publish, ports->at[0].owner);
	}
	keep_what_is_done();
}

static bool fill_unpublish(struct xtable *t, const void *of)
{
	struct owned owned = *(const struct owned *)of;

	owned.family = t->family;
	return xtables_has_chain(t, XTABLES_CHAIN) &&
	       xtables_remove(t, XTABLES_CHAIN, is_owned, &owned) > 0;
}

void iptables_unpublish(const char *owner, const struct portspec *specs, size_t count,
                        struct ports *gone)
{
	struct owned owned = {owner, specs, count, 0, gone};

	for (int i = 0; i < 2; i++)
		if (xtables_there(families[i], "nat"))
			xtables_change(families[i], "nat", fill_unpublish, &owned);
}

struct reader {
	struct ports *into;
	int family;
};

static bool take_port(const struct rule *rule, void *to)
{
	const struct reader *reader = to;

	if (strcmp(rule->target, "DNAT") == 0)
		*ports_add(reader->into) = port_of(reader->family, rule);
	return true;
}

static bool fill_published(struct xtable *t, const void *to)
{
	struct reader reader = {(void *)(uintptr_t)to, t->family};

	if (xtables_has_chain(t, XTABLES_CHAIN))
		xtables_each(t, XTABLES_CHAIN, take_port, &reader);
	return false;
}

void iptables_published(struct ports *into)
{
	for (int i = 0; i < 2; i++)
		if (xtables_there(families[i], "nat"))
			xtables_change(families[i], "nat", fill_published, into);
}
