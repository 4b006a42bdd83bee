/* Policies of others: see forward_policy.h. Here nf_tables; for iptables see firewall_iptables.c.
 */
#define _GNU_SOURCE
#include "forward_policy.h"

#include "err.h"
#include "firewall_iptables.h"
#include "firewall_nft.h"
#include "nft_rule.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

enum { HOOK_FORWARD = 2, POLICY_DROP = 0 }; /* NF_INET_FORWARD, NF_DROP */

/* A chain of somebody else at which packets are forwarded. */
struct chain {
	int family;
	bool drops;
	char *table, *name;
};

struct chains {
	struct chain *at;
	size_t count;
};

/* inet, ip, ip6: NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6. */
static bool is_of_ip(int family)
{
	return family == NFT_INET || family == AF_INET || family == AF_INET6;
}

static uint32_t number_of(const struct nlattr *attribute, uint32_t otherwise)
{
	return attribute ? ntohl(nl_u32(attribute)) : otherwise;
}

static void take_chain(const struct nlmsghdr *message, void *to)
{
	int family = ((const struct nfgenmsg *)nl_body(message))->nfgen_family;
	const struct nlattr *of[NFTA_CHAIN_MAX + 1], *hook[NFTA_HOOK_MAX + 1];
	struct chains *chains = to;
	struct chain *chain;

	nf_attributes(message, of, NFTA_CHAIN_MAX);
	if (!is_of_ip(family) || !of[NFTA_CHAIN_HOOK] || !of[NFTA_CHAIN_TABLE] ||
	    !of[NFTA_CHAIN_NAME])
		return;
	nf_nested(of[NFTA_CHAIN_HOOK], hook, NFTA_HOOK_MAX);
	if (number_of(hook[NFTA_HOOK_HOOKNUM], 0) != HOOK_FORWARD ||
	    (family == NFT_INET && strcmp(nl_text(of[NFTA_CHAIN_TABLE]), NFT_TABLE) == 0))
		return;
	chains->at = xrealloc(chains->at, (chains->count + 1) * sizeof(*chains->at));
	chain = &chains->at[chains->count++];
	chain->family = family;
	chain->drops = number_of(of[NFTA_CHAIN_POLICY], POLICY_DROP + 1) == POLICY_DROP;
	chain->table = xstrdup(nl_text(of[NFTA_CHAIN_TABLE]));
	chain->name = xstrdup(nl_text(of[NFTA_CHAIN_NAME]));
}

static void free_chains(struct chains *chains)
{
	for (size_t i = 0; i < chains->count; i++) {
		free(chains->at[i].table);
		free(chains->at[i].name);
	}
	free(chains->at);
}

/* What a chain has of ours: jumps, rules for the bridge, rules for other ones. */
struct found {
	const char *bridge;
	uint64_t handles[16];
	size_t count, others;
};

static void take_jump(const struct nft_rule *rule, void *to)
{
	struct found *found = to;

	if (strcmp(rule->jump, XTABLES_CHAIN) == 0 && found->count < 16)
		found->handles[found->count++] = rule->handle;
}

static void take_accept(const struct nft_rule *rule, void *to)
{
	struct found *found = to;

	if (strcmp(rule->interface, found->bridge) != 0)
		found->others++;
	else if (found->count < 16)
		found->handles[found->count++] = rule->handle;
}

static void change_chain(struct nf *nf, int type, int flags, const struct chain *chain)
{
	struct nlmsghdr *change = nf_change(nf, type, flags, chain->family);

	nl_put_text(change, NFTA_CHAIN_TABLE, chain->table);
	nl_put_text(change, NFTA_CHAIN_NAME, XTABLES_CHAIN);
	nf_change_end(nf, change);
}

static void delete_rules(struct nf *nf, const struct chain *chain, const char *name,
                         const struct found *found)
{
	for (size_t i = 0; i < found->count; i++)
		nft_rule_delete(nf, chain->family, chain->table, name, found->handles[i]);
}

static bool same_table(const struct chain *a, const struct chain *b)
{
	return a->family == b->family && strcmp(a->table, b->table) == 0;
}

static void pass(struct nf *nf, const struct chains *chains, size_t which, const char *bridge)
{
	const struct chain *chain = &chains->at[which];
	struct found jumps = {.bridge = bridge}, accepts = {.bridge = bridge};
	bool first = true;

	if (!chain->drops)
		return;
	for (size_t i = 0; i < which; i++)
		first &= !chains->at[i].drops || !same_table(&chains->at[i], chain);
	(void)nft_rules(nf, chain->family, chain->table, chain->name, take_jump, &jumps);
	(void)nft_rules(nf, chain->family, chain->table, XTABLES_CHAIN, take_accept, &accepts);
	if (first && accepts.count < 2) {
		change_chain(nf, NFT_MSG_NEWCHAIN, NLM_F_CREATE, chain);
		nft_rule_accept(nf, chain->family, chain->table, XTABLES_CHAIN, NFT_IN, bridge);
		nft_rule_accept(nf, chain->family, chain->table, XTABLES_CHAIN, NFT_OUT, bridge);
		delete_rules(nf, chain, XTABLES_CHAIN, &accepts);
	}
	if (jumps.count == 0)
		nft_rule_jump(nf, chain->family, chain->table, chain->name, XTABLES_CHAIN);
}

static void forget(struct nf *nf, const struct chains *chains, size_t which, const char *bridge)
{
	const struct chain *chain = &chains->at[which];
	struct found accepts = {.bridge = bridge};
	bool linked = false;

	for (size_t i = 0; i < which; i++)
		if (same_table(&chains->at[i], chain))
			return;
	(void)nft_rules(nf, chain->family, chain->table, XTABLES_CHAIN, take_accept, &accepts);
	if (accepts.others) {
		delete_rules(nf, chain, XTABLES_CHAIN, &accepts);
		return;
	}
	for (size_t i = which; i < chains->count; i++) {
		struct found jumps = {.bridge = bridge};

		if (!same_table(&chains->at[i], chain))
			continue;
		(void)nft_rules(nf, chain->family, chain->table, chains->at[i].name, take_jump,
		                &jumps);
		delete_rules(nf, chain, chains->at[i].name, &jumps);
		linked |= jumps.count > 0;
	}
	if (linked || accepts.count)
		change_chain(nf, NFT_MSG_DELCHAIN, 0, chain);
}

/* One try, which fails when what it saw is no longer true. */
static int try_change(const char *bridge, void (*change)(struct nf *nf, const struct chains *chains,
                                                         size_t which, const char *bridge))
{
	struct chains chains = {NULL, 0};
	struct nf nf;
	uint32_t generation;
	int result = 0, why;

	if (!nf_open(&nf) || (generation = nf_generation(&nf)) == 0) {
		nf_close(&nf);
		return 0; /* the kernel has no nf_tables */
	}
	if (nf_ask(&nf, NFT_MSG_GETCHAIN, NLM_F_DUMP, AF_UNSPEC, NULL, NULL, take_chain, &chains) !=
	    0)
		result = -1;
	if (result == 0) {
		nf_begin(&nf, generation);
		for (size_t i = 0; i < chains.count; i++)
			change(&nf, &chains, i, bridge);
		if (nf_changes(&nf))
			result = nf_commit(&nf);
	}
	why = errno;
	free_chains(&chains);
	nf_close(&nf);
	errno = why;
	return result;
}

static void change(const char *bridge, void (*with)(struct nf *nf, const struct chains *chains,
                                                    size_t which, const char *bridge))
{
	int tries = 0;

	while (try_change(bridge, with) != 0)
		if ((errno != ERESTART && errno != EINTR && errno != ENOENT) ||
		    ++tries == NFT_TRIES)
			fail(bridge, "rules in chains that drop what is forwarded");
}

void forward_policy_pass(const char *bridge)
{
	iptables_pass(bridge);
	change(bridge, pass);
}

void forward_policy_forget(const char *bridge)
{
	iptables_pass_no_more(bridge);
	change(bridge, forget);
}
