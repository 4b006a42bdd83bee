/* The chains of the iptables backend, and what is in them for each bridge: see firewall_iptables.h.
 */
#define _GNU_SOURCE
#include "firewall_iptables.h"

#include "err.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The jumps to a chain of ours, and whether they come before all other rules. What a wire brings
   for 127/8 routing refuses, which would not know it after DNAT. */
static const struct hook {
	const char *table, *from, *chain;
	bool first, to_local, not_loopback;
	int family; /* 0: both */
} hooks[] = {
        {"filter", "FORWARD",     XTABLES_CHAIN,      true,  false, false, 0      },
        {"nat",    "PREROUTING",  XTABLES_CHAIN,      false, true,  true,  0      },
        {"nat",    "OUTPUT",      XTABLES_CHAIN,      false, true,  false, 0      },
        {"nat",    "POSTROUTING", XTABLES_CHAIN_POST, false, false, false, 0      },
        {"raw",    "PREROUTING",  XTABLES_CHAIN,      true,  false, false, AF_INET},
};
const char *const iptables_tables[IPTABLES_TABLES] = {"raw", "nat", "filter"};
enum { HOOKS = sizeof(hooks) / sizeof(hooks[0]) };
static const struct cidr loopback = {.family = AF_INET, .length = 8, .at = {127}};

static bool belongs(const struct hook *hook, const struct xtable *t)
{
	return strcmp(hook->table, t->name) == 0 && (!hook->family || hook->family == t->family);
}

static bool is_jump(const struct rule *rule, const void *chain)
{
	return strcmp(rule->target, chain) == 0;
}

struct search {
	const char *text;
	bool found;
};

static bool find_jump(const struct rule *rule, void *to)
{
	struct search *search = to;

	search->found |= is_jump(rule, search->text);
	return !search->found;
}

static bool find_bridge(const struct rule *rule, void *to)
{
	struct search *search = to;

	search->found |=
	        strcmp(rule->in, search->text) == 0 || strcmp(rule->out, search->text) == 0;
	return !search->found;
}

static bool is_of_bridge(const struct rule *rule, const void *bridge)
{
	return !find_bridge(rule, &(struct search){bridge, false});
}

static bool find_any(const struct rule *rule, void *to)
{
	*(bool *)to = rule;
	return false;
}

static void make_chains(struct xtable *t)
{
	for (size_t i = 0; i < HOOKS; i++) {
		const struct hook *hook = &hooks[i];
		struct search there = {hook->chain, false};
		struct rule jump = {.to_local = hook->to_local,
		                    .not_destination = hook->not_loopback && t->family == AF_INET};

		if (!belongs(hook, t))
			continue;
		xtables_make_chain(t, hook->chain);
		xtables_each(t, hook->from, find_jump, &there);
		if (jump.not_destination)
			jump.destination = loopback;
		strcpy(jump.target, hook->chain);
		if (!there.found)
			xtables_insert(t, hook->from, &jump, hook->first ? 0 : UINT_MAX);
	}
}

static void remove_chains(struct xtable *t)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (belongs(&hooks[i], t))
			(void)xtables_remove(t, hooks[i].from, is_jump, hooks[i].chain);
	for (size_t i = 0; i < HOOKS; i++)
		if (belongs(&hooks[i], t) && xtables_has_chain(t, hooks[i].chain))
			xtables_remove_chain(t, hooks[i].chain);
}

static struct rule about(const char *in, const char *out, const char *target)
{
	struct rule rule = {.sender = ANY};

	strncpy(rule.in, in, sizeof(rule.in) - 1);
	strncpy(rule.out, out, sizeof(rule.out) - 1);
	strcpy(rule.target, target);
	return rule;
}

/* What an internal network sends elsewhere is dropped before another one could let it in. */
static bool count_internal(const struct rule *rule, void *to)
{
	*(unsigned int *)to += rule->not_out;
	return rule->not_out;
}

static void add_filter(struct xtable *t, const struct network *network)
{
	const char *bridge = network->bridge;
	struct rule rule = about(bridge, bridge, "DROP");
	unsigned int at = 0;

	rule.not_out = true;
	if (network->internal)
		xtables_insert(t, XTABLES_CHAIN, &rule, 0);
	xtables_each(t, XTABLES_CHAIN, count_internal, &at);
	rule = about(bridge, bridge, "ACCEPT");
	xtables_insert(t, XTABLES_CHAIN, &rule, at++);
	rule = about("", bridge, "ACCEPT");
	for (int i = 0; i < 2 && !network->internal; i++) {
		rule.state = i ? DNATED : KNOWN;
		xtables_insert(t, XTABLES_CHAIN, &rule, at++);
	}
	rule = about("", bridge, "DROP");
	xtables_insert(t, XTABLES_CHAIN, &rule, at);
	rule = about(bridge, "", "ACCEPT");
	if (!network->internal)
		xtables_insert(t, XTABLES_CHAIN, &rule, UINT_MAX);
}

static void add_nat(struct xtable *t, const struct network *network)
{
	struct rule rule = about("", network->bridge, "MASQUERADE");

	rule.state = DNATED;
	rule.sender = LOCAL;
	xtables_insert(t, XTABLES_CHAIN_POST, &rule, UINT_MAX);
	for (unsigned int i = 0; i < network->count; i++) {
		if (network->subnets[i].family != t->family)
			continue;
		rule = about("", network->bridge, "MASQUERADE");
		rule.source = network->subnets[i];
		rule.state = DNATED;
		xtables_insert(t, XTABLES_CHAIN_POST, &rule, UINT_MAX);
		rule.state = NO_STATE;
		rule.not_out = true;
		rule.sender = NOT_LOCAL;
		xtables_insert(t, XTABLES_CHAIN_POST, &rule, UINT_MAX);
	}
}

/* 127/8 is routed to bridges, for replies; conntrack gives those their address later on. */
static void add_raw(struct xtable *t, const struct network *network)
{
	struct rule rule = about(network->bridge, "", "DROP");

	rule.destination = loopback;
	xtables_insert(t, XTABLES_CHAIN, &rule, UINT_MAX);
	rule = about(network->bridge, "", "DROP");
	rule.source = loopback;
	xtables_insert(t, XTABLES_CHAIN, &rule, UINT_MAX);
}

static void remove_rules(struct xtable *t, const char *bridge)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (belongs(&hooks[i], t) && xtables_has_chain(t, hooks[i].chain))
			(void)xtables_remove(t, hooks[i].chain, is_of_bridge, bridge);
}

bool iptables_fill_add(struct xtable *t, const void *of)
{
	const struct network *network = of;

	make_chains(t);
	remove_rules(t, network->bridge);
	if (strcmp(t->name, "filter") == 0)
		add_filter(t, network);
	else if (strcmp(t->name, "nat") == 0)
		add_nat(t, network);
	else
		add_raw(t, network);
	return true;
}

/* The last network is gone when no rule is left that is about a bridge. */
bool iptables_fill_remove(struct xtable *t, const void *bridge)
{
	const char *chain = strcmp(t->name, "nat") == 0 ? XTABLES_CHAIN_POST : XTABLES_CHAIN;
	bool left = false;

	if (!xtables_has_chain(t, chain))
		return false;
	remove_rules(t, bridge);
	xtables_each(t, chain, find_any, &left);
	if (!left)
		remove_chains(t);
	return true;
}

/* Packets have to get past this chain, whatever another backend says of them. */
static bool fill_pass(struct xtable *t, const void *bridge)
{
	struct search there = {bridge, false}, jump = {XTABLES_CHAIN, false};
	struct rule in = about(bridge, "", "ACCEPT"), out = about("", bridge, "ACCEPT");
	struct rule to = about("", "", XTABLES_CHAIN);

	if (!xtables_drops(t, "FORWARD"))
		return false;
	xtables_make_chain(t, XTABLES_CHAIN);
	xtables_each(t, XTABLES_CHAIN, find_bridge, &there);
	xtables_each(t, "FORWARD", find_jump, &jump);
	if (!there.found) {
		xtables_insert(t, XTABLES_CHAIN, &in, UINT_MAX);
		xtables_insert(t, XTABLES_CHAIN, &out, UINT_MAX);
	}
	if (!jump.found)
		xtables_insert(t, "FORWARD", &to, UINT_MAX);
	return !there.found || !jump.found;
}

static void change_filters(bool (*fill)(struct xtable *t, const void *of), const char *bridge)
{
	if (xtables_there(AF_INET, "filter"))
		xtables_change(AF_INET, "filter", fill, bridge);
	if (xtables_there(AF_INET6, "filter"))
		xtables_change(AF_INET6, "filter", fill, bridge);
}

void iptables_pass(const char *bridge)
{
	change_filters(fill_pass, bridge);
}

void iptables_pass_no_more(const char *bridge)
{
	change_filters(iptables_fill_remove, bridge);
}
