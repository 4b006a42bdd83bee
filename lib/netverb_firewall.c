/* Verbs of netsetup about NAT and published ports: see netverbs.h. */
#define _GNU_SOURCE
#include "err.h"
#include "firewall.h"
#include "forward_policy.h"
#include "link.h"
#include "net_forwarding.h"
#include "netfact.h"
#include "netverbs.h"
#include "num.h"
#include "publishing.h"
#include "text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const struct firewall *firewall; /* NULL: --firewall was not given */
static struct list subnets, to;
static bool internal;
static const char *owner, *pid, *environment;
static int hold_fd = -1;

static void opt_firewall(const struct opt *opt, const char *arg)
{
	firewall = firewall_find(arg);
	if (!firewall)
		opt_refuse(opt, arg, "nft or iptables");
}

static void opt_owner(const struct opt *opt, const char *arg)
{
	if (!*arg || strlen(arg) >= OWNER_ROOM)
		opt_refuse(opt, arg, "an owner is 1 to 127 bytes");
	owner = arg;
}

/* clang-format off */
#define FIREWALL {"firewall", 0, "NAME", "nft or iptables", opt_firewall, NULL}
const struct opt net_nat_add_options[] = {
	{"subnet", 0, "CIDR", "whose addresses the host's replace on the way out", opt_list, &subnets},
	{"internal", 0, NULL, "let it reach nothing but itself and the host", opt_flag, &internal},
	FIREWALL,
	{0},
};
const struct opt net_nat_remove_options[] = {
	{"subnet", 0, "CIDR", "for symmetry; what was added is removed", opt_list, &subnets},
	FIREWALL,
	{0},
};
const struct opt net_publish_options[] = {
	{"owner", 0, "ID", "whose ports they are", opt_owner, NULL},
	{"to", 0, "ADDRESS", "where they lead; one of IPv4, one of IPv6", opt_list, &to},
	{"pid", 0, "PID", "undo and fail if that process is gone", opt_string, &pid},
	{"hold-fd", 0, "FD", "hold the ports, and send the sockets there", opt_fd, &hold_fd},
	{"env", 0, "NAME", "an environment variable with more SPECs", opt_string, &environment},
	FIREWALL,
	{0},
};
const struct opt net_unpublish_options[] = {
	{"owner", 0, "ID", "whose ports they are", opt_owner, NULL},
	FIREWALL,
	{0},
};
const struct opt net_firewall_options[] = {
	FIREWALL,
	{0},
};
/* clang-format on */

/* What to do with each firewall that is in use, or with the one that was asked for. */
static void each_firewall(void (*with)(const struct firewall *each))
{
	for (size_t i = 0; firewalls[i]; i++)
		if (firewall ? firewall == firewalls[i] && firewall->usable()
		             : firewalls[i]->used())
			with(firewalls[i]);
}

/* One record of a list: a line, or a JSON object. */
static void tell(const char *const *keys, const char *const *values, size_t count)
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
	if (firewall && !firewall->usable())
		refuse(firewall->name, "the kernel does not have it");
	tell((const char *const[]){"firewall"},
	     (const char *const[]){(firewall ? firewall : firewall_choose())->name}, 1);
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

/* A bridge changes from one firewall to another. */
static void leave_others(const char *bridge)
{
	for (size_t i = 0; firewalls[i]; i++) {
		struct networks there = {NULL, 0};

		if (firewalls[i] == firewall || !firewalls[i]->used())
			continue;
		firewalls[i]->networks(&there);
		if (networks_find(&there, bridge))
			firewalls[i]->remove(bridge);
		free(there.at);
	}
}

int net_nat_add(int argc, char **argv)
{
	struct network network = {.internal = internal};
	bool has[2] = {false, false};

	(void)argc;
	check_bridge(argv[0]);
	memcpy(network.bridge, argv[0], strlen(argv[0]) + 1);
	parse_subnets(&network);
	if (!firewall)
		firewall = firewall_choose();
	for (unsigned int i = 0; i < network.count; i++)
		has[network.subnets[i].family == AF_INET6] = true;
	net_forwarding(network.bridge, has[0], has[1], internal);
	leave_others(network.bridge);
	firewall->add(&network);
	forward_policy_pass(network.bridge);
	netfact("firewall", firewall->name);
	netfact_end();
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

int net_publish(int argc, char **argv)
{
	struct ports ports = {NULL, 0};
	struct port_hold hold = {NULL, 0};
	struct list specs = {argv, (size_t)argc};
	char text[PORTSPEC_TEXT], key[32];

	if (!owner)
		usage_error("--owner is missing");
	publishing_parse(&ports, owner, &specs, environment, &to, hold_fd >= 0 ? &hold : NULL);
	if (!firewall)
		firewall = firewall_choose();
	publishing_do(firewall, &ports, pid);
	if (hold_fd >= 0)
		port_hold_give(&hold, hold_fd);
	for (size_t i = 0; i < ports.count; i++) {
		(void)snprintf(key, sizeof(key), "port_%zu", i + 1);
		netfact(key, portspec_text(&ports.at[i].spec, text));
	}
	if (ports.count)
		netfact_end();
	opt_finish_stdout();
}

static struct portspec *unpublished;
static size_t unpublished_count;

static void unpublish_from(const struct firewall *each)
{
	each->unpublish(owner, unpublished, unpublished_count);
}

int net_unpublish(int argc, char **argv)
{
	struct list specs = {argv, (size_t)argc};

	if (!owner)
		usage_error("--owner is missing");
	if (argc)
		unpublished = publishing_specs(&specs, &unpublished_count);
	each_firewall(unpublish_from);
	free(unpublished);
	return 0;
}

static void list_ports(const struct firewall *each)
{
	static const char *const keys[] = {"owner", "spec", "to"};
	struct ports ports = {NULL, 0};
	char text[PORTSPEC_TEXT], address[CIDR_TEXT];

	each->published(&ports);
	for (size_t i = 0; i < ports.count; i++)
		tell(keys,
		     (const char *const[]){ports.at[i].owner,
		                           portspec_text(&ports.at[i].spec, text),
		                           cidr_address_text(&ports.at[i].to, address)},
		     3);
	free(ports.at);
}

int net_published(int argc, char **argv)
{
	(void)argc, (void)argv;
	each_firewall(list_ports);
	opt_finish_stdout();
}
