/*
 * netsetup: bridges, what is attached to them, addresses, NAT and published ports.
 *
 * Each verb is one change of the network that a script would make with half a dozen calls of `ip`
 * or `iptables`, in one process. A verb that fails half-way takes back what it did.
 *
 * Changes: interfaces, addresses, routes, rules and parameters of the network namespace that it is
 * called in, or, for `attach` and `detach`, of the one that is named; `lease` changes a directory.
 * Needs CAP_NET_ADMIN there, and CAP_SYS_ADMIN to enter a namespace.
 */
#include "netfact.h"
#include "netverbs.h"
#include "opt.h"

/* clang-format off */
static const struct opt common_options[] = {
	{"json", 0, NULL, "facts as a JSON object a line", opt_flag, &netfact_json},
	{"quiet", 'q', NULL, "no facts on standard output", opt_flag, &netfact_quiet},
	{0},
};
static const struct verb verbs[] = {
	{"bridge create", "NAME", "make a bridge, with addresses", net_bridge_create, 1, 1, net_bridge_create_options},
	{"bridge remove", "NAME", "remove it", net_bridge_remove, 1, 1, NULL},
	{"bridge list", "", "tell name, MTU, ports, addresses of each", net_bridge_list, 0, 0, NULL},
	{"attach", "", "join a namespace to a bridge", net_attach, 0, 0, net_attach_options},
	{"detach", "", "remove that interface again", net_detach, 0, 0, net_detach_options},
	{"route", "GATEWAY...", "have its default routes lead by these", net_route, 1, 2, net_detach_options},
	{"subnet find", "", "tell a network that is free", net_subnet_find, 0, 0, net_subnet_find_options},
	{"subnet check", "NETWORK", "is it good, and free? print its facts", net_subnet_check, 1, 1, net_subnet_check_options},
	{"firewall", "", "tell which one this host would use", net_firewall, 0, 0, net_firewall_options},
	{"nat add", "BRIDGE", "let its subnets out, and others not in", net_nat_add, 1, 1, net_nat_add_options},
	{"nat remove", "BRIDGE", "undo that", net_nat_remove, 1, 1, net_nat_remove_options},
	{"nat list", "", "bridges, their subnets, what is internal", net_nat_list, 0, 0, net_firewall_options},
	{"publish", "[SPEC...]", "have ports of the host lead to an address", net_publish, 0, -1, net_publish_options},
	{"unpublish", "[SPEC...]", "undo that, for all of an owner's", net_unpublish, 0, -1, net_unpublish_options},
	{"published", "", "owners, ports, where they lead", net_published, 0, 0, net_firewall_options},
	{"lease take", "DIR", "take addresses that are free, print them", net_lease_take, 1, 1, net_lease_take_options},
	{"lease free", "DIR...", "give back all that an owner has", net_lease_free, 1, -1, net_lease_free_options},
	{"lease list", "DIR", "tell address and owner of each", net_lease_list, 1, 1, NULL},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "netsetup",
        .operands = "...",
        .purpose = "Set up networks: bridges, attached namespaces, NAT, ports.",
        .options = common_options,
        .verbs = verbs,
        .example = "unshare -n netsetup bridge create br0 --address 10.1.0.1/24",
};

int main(int argc, char **argv)
{
	return opt_run(&tool, argc, argv);
}
