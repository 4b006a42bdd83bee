/* Rules: see nft_rule.h. They are made as iptables-nft(8) makes them, which has to read them. */
#define _GNU_SOURCE
#include "nft_rule.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

enum { VERDICT_ACCEPT = 1 }; /* NF_ACCEPT, whose header and that of the C library clash */

static struct nlattr *begin_expression(struct nlmsghdr *rule, const char *name,
                                       struct nlattr **nest)
{
	*nest = nl_nest(rule, NFTA_LIST_ELEM);
	nl_put_text(rule, NFTA_EXPR_NAME, name);
	return nl_nest(rule, NFTA_EXPR_DATA);
}

static void end_expression(struct nlmsghdr *rule, struct nlattr *data, struct nlattr *nest)
{
	nl_nest_end(rule, data);
	nl_nest_end(rule, nest);
}

static void put_interface(struct nlmsghdr *rule, enum nft_side side, const char *name)
{
	struct nlattr *nest, *value, *data = begin_expression(rule, "meta", &nest);

	nl_put_u32(rule, NFTA_META_KEY,
	           htonl(side == NFT_IN ? NFT_META_IIFNAME : NFT_META_OIFNAME));
	nl_put_u32(rule, NFTA_META_DREG, htonl(NFT_REG_1));
	end_expression(rule, data, nest);
	data = begin_expression(rule, "cmp", &nest);
	nl_put_u32(rule, NFTA_CMP_SREG, htonl(NFT_REG_1));
	nl_put_u32(rule, NFTA_CMP_OP, htonl(NFT_CMP_EQ));
	value = nl_nest(rule, NFTA_CMP_DATA);
	nl_put(rule, NFTA_DATA_VALUE, strlen(name) + 1, name);
	nl_nest_end(rule, value);
	end_expression(rule, data, nest);
}

static void put_counter(struct nlmsghdr *rule)
{
	struct nlattr *nest, *data = begin_expression(rule, "counter", &nest);

	end_expression(rule, data, nest);
}

static void put_verdict(struct nlmsghdr *rule, int code, const char *chain)
{
	struct nlattr *nest, *data = begin_expression(rule, "immediate", &nest);
	struct nlattr *value, *verdict;

	nl_put_u32(rule, NFTA_IMMEDIATE_DREG, htonl(NFT_REG_VERDICT));
	value = nl_nest(rule, NFTA_IMMEDIATE_DATA);
	verdict = nl_nest(rule, NFTA_DATA_VERDICT);
	nl_put_u32(rule, NFTA_VERDICT_CODE, htonl((uint32_t)code));
	if (chain)
		nl_put_text(rule, NFTA_VERDICT_CHAIN, chain);
	nl_nest_end(rule, verdict);
	nl_nest_end(rule, value);
	end_expression(rule, data, nest);
}

static struct nlmsghdr *begin_rule(struct nf *nf, int type, int flags, int family,
                                   const char *table, const char *chain)
{
	struct nlmsghdr *rule = nf_change(nf, type, flags, family);

	nl_put_text(rule, NFTA_RULE_TABLE, table);
	nl_put_text(rule, NFTA_RULE_CHAIN, chain);
	return rule;
}

static void add_rule(struct nf *nf, int family, const char *table, const char *chain,
                     enum nft_side side, const char *interface, const char *to)
{
	struct nlmsghdr *rule =
	        begin_rule(nf, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, family, table, chain);
	struct nlattr *list = nl_nest(rule, NFTA_RULE_EXPRESSIONS);

	if (interface)
		put_interface(rule, side, interface);
	put_counter(rule);
	put_verdict(rule, to ? NFT_JUMP : VERDICT_ACCEPT, to);
	nl_nest_end(rule, list);
	nf_change_end(nf, rule);
}

void nft_rule_accept(struct nf *nf, int family, const char *table, const char *chain,
                     enum nft_side side, const char *interface)
{
	add_rule(nf, family, table, chain, side, interface, NULL);
}

void nft_rule_jump(struct nf *nf, int family, const char *table, const char *chain, const char *to)
{
	add_rule(nf, family, table, chain, NFT_IN, NULL, to);
}

void nft_rule_delete(struct nf *nf, int family, const char *table, const char *chain,
                     uint64_t handle)
{
	struct nlmsghdr *rule = begin_rule(nf, NFT_MSG_DELRULE, 0, family, table, chain);

	nl_put_u64(rule, NFTA_RULE_HANDLE, handle);
	nf_change_end(nf, rule);
}

/* A text with its NUL; the beginnings of names that others compare with have none. */
static void take_text(const struct nlattr *from, char *into, size_t room)
{
	size_t size = nl_size(from);
	const char *text = nl_data(from);

	if (size && size <= room && !text[size - 1])
		memcpy(into, text, size);
}

static void take_expression(const struct nlattr *expression, struct nft_rule *rule)
{
	const struct nlattr *of[NFTA_EXPR_MAX + 1], *data[NFTA_CMP_MAX + NFTA_IMMEDIATE_MAX + 1];
	const struct nlattr *value[NFTA_DATA_MAX + 1], *verdict[NFTA_VERDICT_MAX + 1];
	const char *name;
	bool compares;

	nf_nested(expression, of, NFTA_EXPR_MAX);
	if (!of[NFTA_EXPR_NAME] || !of[NFTA_EXPR_DATA])
		return;
	name = nl_text(of[NFTA_EXPR_NAME]);
	compares = strcmp(name, "cmp") == 0;
	if (!compares && strcmp(name, "immediate") != 0)
		return;
	nf_nested(of[NFTA_EXPR_DATA], data, NFTA_CMP_MAX + NFTA_IMMEDIATE_MAX);
	const struct nlattr *nest = data[compares ? NFTA_CMP_DATA : NFTA_IMMEDIATE_DATA];
	if (!nest)
		return;
	nf_nested(nest, value, NFTA_DATA_MAX);
	if (compares && value[NFTA_DATA_VALUE])
		take_text(value[NFTA_DATA_VALUE], rule->interface, sizeof(rule->interface));
	if (compares || !value[NFTA_DATA_VERDICT])
		return;
	nf_nested(value[NFTA_DATA_VERDICT], verdict, NFTA_VERDICT_MAX);
	if (verdict[NFTA_VERDICT_CHAIN])
		take_text(verdict[NFTA_VERDICT_CHAIN], rule->jump, sizeof(rule->jump));
}

struct taker {
	const char *table, *chain;
	void (*take)(const struct nft_rule *rule, void *to);
	void *to;
};

static void fill_chain(struct nlmsghdr *question, const void *of)
{
	const struct taker *taker = of;

	nl_put_text(question, NFTA_RULE_TABLE, taker->table);
	nl_put_text(question, NFTA_RULE_CHAIN, taker->chain);
}

static void take_rule(const struct nlmsghdr *message, void *to)
{
	const struct nlattr *of[NFTA_RULE_MAX + 1], *at;
	const struct taker *taker = to;
	struct nft_rule rule = {.handle = 0};

	nf_attributes(message, of, NFTA_RULE_MAX);
	if (!of[NFTA_RULE_HANDLE] || !of[NFTA_RULE_EXPRESSIONS])
		return;
	rule.handle = nl_u64(of[NFTA_RULE_HANDLE]);
	nl_each_nested (at, of[NFTA_RULE_EXPRESSIONS])
		take_expression(at, &rule);
	taker->take(&rule, taker->to);
}

int nft_rules(struct nf *nf, int family, const char *table, const char *chain,
              void (*take)(const struct nft_rule *rule, void *to), void *to)
{
	struct taker taker = {table, chain, take, to};

	return nf_ask(nf, NFT_MSG_GETRULE, NLM_F_DUMP, family, fill_chain, &taker, take_rule,
	              &taker);
}
