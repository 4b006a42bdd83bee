/*
 * The firewall of iptables: chains of our own, MINI-DOCKER in the tables filter, nat and raw, and
 * MINI-DOCKER-POST in nat, with rules for each bridge; the jumps to them are all that is put into
 * chains of others. They are in firewall_iptables_chains.c, ports in firewall_iptables_ports.c.
 */
#define _GNU_SOURCE
#include "firewall_iptables.h"

#include "err.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const int families[] = {AF_INET, AF_INET6};

static bool fill_nothing(struct xtable *t, const void *to)
{
	*(bool *)(uintptr_t)to = xtables_has_chain(t, XTABLES_CHAIN);
	return false;
}

bool iptables_used(int family)
{
	bool used = false;

	if (xtables_there(family, "nat"))
		xtables_change(family, "nat", fill_nothing, &used);
	return used;
}

static bool used(void)
{
	return iptables_used(AF_INET) || iptables_used(AF_INET6);
}

static bool usable(void)
{
	return xtables_usable(AF_INET);
}

static void iptables_remove(const char *bridge)
{
	for (size_t i = IPTABLES_TABLES; i-- > 0;) {
		if (xtables_there(AF_INET, iptables_tables[i]))
			xtables_change(AF_INET, iptables_tables[i], iptables_fill_remove, bridge);
		if (xtables_there(AF_INET6, iptables_tables[i]))
			xtables_change(AF_INET6, iptables_tables[i], iptables_fill_remove, bridge);
	}
}

/* A network's rule of nat that tells its bridge and one of its subnets. */
static bool take_subnet(const struct rule *rule, void *to)
{
	struct network *network;

	if (!rule->not_out || !rule->source.family)
		return true;
	network = networks_find(to, rule->out);
	if (!network)
		network = networks_add(to, rule->out);
	if (network->count < NETWORK_SUBNETS)
		network->subnets[network->count++] = rule->source;
	return true;
}

static bool take_internal(const struct rule *rule, void *to)
{
	struct network *network = rule->not_out ? networks_find(to, rule->in) : NULL;

	if (network)
		network->internal = true;
	return true;
}

static bool fill_networks(struct xtable *t, const void *to)
{
	struct networks *into = (void *)(uintptr_t)to;

	if (strcmp(t->name, "filter") == 0)
		xtables_each(t, XTABLES_CHAIN, take_internal, into);
	else
		xtables_each(t, XTABLES_CHAIN_POST, take_subnet, into);
	return false;
}

static void iptables_networks(struct networks *into)
{
	for (int i = 0; i < 2; i++) {
		if (xtables_there(families[i], "nat"))
			xtables_change(families[i], "nat", fill_networks, into);
		if (xtables_there(families[i], "filter"))
			xtables_change(families[i], "filter", fill_networks, into);
	}
}

/* The tables are changed one by one; what was done goes if one cannot be. */
static void undo_add(void *bridge)
{
	iptables_remove(bridge);
}

static bool has_family(const struct network *network, int family)
{
	for (unsigned int i = 0; i < network->count; i++)
		if (network->subnets[i].family == family)
			return true;
	return false;
}

static void iptables_add(const struct network *network)
{
	struct networks there = {NULL, 0};
	static char bridge[BRIDGE_ROOM];

	iptables_networks(&there);
	networks_check(&there, network);
	memcpy(bridge, network->bridge, sizeof(bridge));
	if (!networks_find(&there, bridge))
		on_failure(undo_add, bridge);
	free(there.at);
	for (int i = 0; i < 2; i++)
		for (size_t j = 0; j < IPTABLES_TABLES; j++) {
			if (i == 1 && j == 0)
				continue; /* the table raw is about 127/8 alone */
			if (has_family(network, families[i]))
				xtables_change(families[i], iptables_tables[j], iptables_fill_add,
				               network);
			else if (xtables_there(families[i], iptables_tables[j]))
				xtables_change(families[i], iptables_tables[j],
				               iptables_fill_remove, bridge);
		}
}

const struct firewall firewall_iptables = {
        .name = "iptables",
        .usable = usable,
        .used = used,
        .add = iptables_add,
        .remove = iptables_remove,
        .networks = iptables_networks,
        .publish = iptables_publish,
        .unpublish = iptables_unpublish,
        .published = iptables_published,
};
