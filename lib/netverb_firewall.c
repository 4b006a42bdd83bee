/* Verbs of netsetup about the firewall and NAT: see netverbs.h. Ports are in netverb_ports.c. */
#define _GNU_SOURCE
#include "netverb_firewall.h"
#include "err.h"
#include "firewall.h"
#include "forward_policy.h"
#include "link.h"
#include "net_forwarding.h"
#include "netfact.h"
#include "netverbs.h"
#include "text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct list subnets;
static bool internal;

const struct firewall *firewall_asked;

void opt_firewall(const struct opt *opt, const char *arg)
{
	firewall_asked = firewall_find(arg);
	if (!firewall_asked)
		opt_refuse(opt, arg, "nft or iptables");
}

/* clang-format off */
const struct opt net_nat_add_options[] = {
	{"subnet", 0, "CIDR", "whose addresses the host's replace on the way out", opt_list, &subnets},
	{"internal", 0, NULL, "let it reach nothing but itself and the host", opt_flag, &internal},
	FIREWALL_OPTION,
	{0},
};
const struct opt net_nat_remove_options[] = {
	{"subnet", 0, "CIDR", "for symmetry; what was added is removed", opt_list, &subnets},
	FIREWALL_OPTION,
	{0},
};
const struct opt net_firewall_options[] = {
	FIREWALL_OPTION,
	{0},
};
/* clang-format on */

void each_firewall(void (*with)(const struct firewall *each))
{
	bool meant[FIREWALLS];

	/* First all are asked: to ask one may load a library, which may begin all of this anew. */
	for (size_t i = 0; firewalls[i]; i++)
		meant[i] = firewall_asked ? firewall_asked == firewalls[i] && firewalls[i]->usable()
		                          : firewalls[i]->used();
	for (size_t i = 0; firewalls[i]; i++)
		if (meant[i])
			with(firewalls[i]);
}

void tell_record(const char *const *keys, const char *const *values, size_t count)
{
	for (size_t i = 0; i < count && !netfact_quiet; i++) {
		if (netfact_json) {
			netfact(keys[i], values[i]);
			continue;
		}
		text_field(values[i]);
		putchar(i + 1 < count ? '\t' : '\n');
	}
	netfact_end();
}

int net_firewall(int argc, char **argv)
{
	(void)argc, (void)argv;
	if (firewall_asked && !firewall_asked->usable())
		refuse(firewall_asked->name, "the kernel does not have it");
	tell_record((const char *const[]){"firewall"},
	            (const char *const[]){
	                    (firewall_asked ? firewall_asked : firewall_choose())->name},
	            1);
	opt_finish_stdout();
}

static void check_bridge(const char *name)
{
	const char *why = link_name_unfit(name);

	if (why)
		usage_error("%s: %s", name, why);
}

static void parse_subnets(struct network *network)
{
	if (subnets.count == 0)
		usage_error("--subnet is missing");
	if (subnets.count > NETWORK_SUBNETS)
		usage_error("--subnet: more than %d", NETWORK_SUBNETS);
	for (size_t i = 0; i < subnets.count; i++) {
		struct cidr *subnet = &network->subnets[network->count], parsed;

		if (!cidr_parse(&parsed, subnets.at[i]) || parsed.length == 0)
			usage_error("--subnet: %s: not ADDRESS/LENGTH", subnets.at[i]);
		*subnet = cidr_network(&parsed);
		if (!cidr_same_address(subnet, &parsed))
			refuse(subnets.at[i], "the address has bits of a host");
		for (unsigned int j = 0; j < network->count; j++)
			if (cidr_overlaps(subnet, &network->subnets[j]))
				refuse(subnets.at[i], "the subnet overlaps with %s", subnets.at[j]);
		network->count++;
	}
}

/* Somebody has removed a bridge and not its rules: they are not to be in the way of who follows. */
static void bury(const struct firewall *each, const struct networks *there,
                 const struct network *network)
{
	for (size_t i = 0; i < there->count; i++) {
		const char *bridge = there->at[i].bridge;

		if (!network_overlap(network, &there->at[i]) || net_forwarding_known(bridge))
			continue;
		each->remove(bridge);
		forward_policy_forget(bridge);
	}
}

/* Was the bridge there before? If another firewall had it, it changes from that to this one. */
static bool leave_others(const struct network *network)
{
	bool was_there = false;

	for (size_t i = 0; firewalls[i]; i++) {
		struct networks there = {NULL, 0};

		if (!firewalls[i]->used())
			continue;
		firewalls[i]->networks(&there);
		if (networks_find(&there, network->bridge) && firewalls[i] == firewall_asked)
			was_there = true;
		else if (networks_find(&there, network->bridge))
			firewalls[i]->remove(network->bridge);
		bury(firewalls[i], &there, network);
		free(there.at);
	}
	return was_there;
}

static void undo_add(void *bridge)
{
	firewall_asked->remove(bridge);
	forward_policy_forget(bridge);
}

int net_nat_add(int argc, char **argv)
{
	struct network network = {.internal = internal};
	bool has[2] = {false, false};

	(void)argc;
	check_bridge(argv[0]);
	memcpy(network.bridge, argv[0], strlen(argv[0]) + 1);
	parse_subnets(&network);
	if (!firewall_asked)
		firewall_asked = firewall_choose();
	for (unsigned int i = 0; i < network.count; i++)
		has[network.subnets[i].family == AF_INET6] = true;
	net_forwarding_check(network.bridge);
	if (!leave_others(&network))
		on_failure(undo_add, argv[0]);
	firewall_asked->add(&network);
	forward_policy_pass(network.bridge);
	/* Rules first: with these, what they keep out would get in. */
	net_forwarding(network.bridge, has[0], has[1], internal);
	netfact("firewall", firewall_asked->name);
	netfact_end();
	keep_what_is_done();
	opt_finish_stdout();
}

static const char *removed;

static void remove_from(const struct firewall *each)
{
	each->remove(removed);
}

int net_nat_remove(int argc, char **argv)
{
	(void)argc;
	check_bridge(argv[0]);
	removed = argv[0];
	each_firewall(remove_from);
	forward_policy_forget(removed);
	return 0;
}

static void list_network(const struct network *network, const char *name)
{
	char texts[NETWORK_SUBNETS][CIDR_TEXT];
	const char *subnets_of[NETWORK_SUBNETS];

	for (unsigned int i = 0; i < network->count; i++)
		subnets_of[i] = cidr_text(&network->subnets[i], texts[i]);
	if (netfact_json) {
		netfact("bridge", network->bridge);
		netfact_list("subnets", subnets_of, network->count);
		netfact_flag("internal", network->internal);
		netfact("firewall", name);
		netfact_end();
		return;
	}
	if (netfact_quiet)
		return;
	text_field(network->bridge);
	for (unsigned int i = 0; i < network->count; i++)
		printf("%c%s", i ? ',' : '\t', subnets_of[i]);
	printf("%s\t%s\n", network->internal ? "\tinternal" : "\t-", name);
}

static void list_networks(const struct firewall *each)
{
	struct networks networks = {NULL, 0};

	each->networks(&networks);
	for (size_t i = 0; i < networks.count; i++)
		list_network(&networks.at[i], each->name);
	free(networks.at);
}

int net_nat_list(int argc, char **argv)
{
	(void)argc, (void)argv;
	each_firewall(list_networks);
	opt_finish_stdout();
}
