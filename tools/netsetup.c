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
#include "netverbs.h"
#include "opt.h"

/* clang-format off */
static const struct opt common_options[] = {
	{0},
};
static const struct verb verbs[] = {
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
