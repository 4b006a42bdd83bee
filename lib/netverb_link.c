/* Verbs of netsetup about interfaces: see netverbs.h. */
#define _GNU_SOURCE
#include "attach.h"
#include "err.h"
#include "netfact.h"
#include "netverbs.h"
#include "num.h"
#include "text.h"
#include <string.h>

static struct list addresses, gateways;
static const char *mac;
static uint64_t mtu;
static struct attachment attachment = {.name = "eth0"};

/* Of an option: an MTU, whose bounds are those of a veth, and of a bridge. */
static void opt_mtu(const struct opt *opt, const char *arg)
{
	if (num_parse(arg, 65535, opt->into) || *(uint64_t *)opt->into < 68)
		opt_refuse(opt, arg, "not an MTU: 68 to 65535");
}

static void parse_addresses(const struct list *texts, struct cidr *into)
{
	if (texts->count > ADDRESSES_MOST)
		usage_error("--address: more than %d", ADDRESSES_MOST);
	for (size_t i = 0; i < texts->count; i++) {
		const char *text = texts->at[i];

		if (!cidr_parse(&into[i], text))
			usage_error("--address: %s: not ADDRESS/LENGTH", text);
		const char *why = cidr_unfit(&into[i]);
		if (why)
			refuse(text, "the address %s", why);
		for (size_t j = 0; j < i; j++)
			if (cidr_same_address(&into[i], &into[j]))
				refuse(text, "the address is given twice");
	}
}

static void check_name(const char *what, const char *name)
{
	const char *why = link_name_unfit(name);

	if (why)
		usage_error("%s%s: %s", what, name, why);
}

static void tell_addresses(const struct cidr *at, unsigned int count)
{
	char texts[ADDRESSES_MOST][CIDR_TEXT];
	const char *values[ADDRESSES_MOST];

	for (unsigned int i = 0; i < count; i++)
		values[i] = cidr_text(&at[i], texts[i]);
	netfact_list("address", values, count);
}

int net_bridge_create(int argc, char **argv)
{
	static struct rtnl r;
	struct bridge bridge = {.name = argv[0], .mtu = (unsigned int)mtu};
	struct link link;
	char text[MAC_TEXT];

	(void)argc;
	check_name("", bridge.name);
	parse_addresses(&addresses, bridge.addresses);
	bridge.count = (unsigned int)addresses.count;
	rtnl_open(&r);
	bridge_create(&r, &bridge, &link);
	netfact("bridge", link.name);
	netfact("mac", link_mac_text(link.mac, text));
	netfact_number("mtu", link.mtu);
	tell_addresses(bridge.addresses, bridge.count);
	netfact_end();
	opt_finish_stdout();
}

int net_bridge_remove(int argc, char **argv)
{
	static struct rtnl r;

	(void)argc;
	check_name("", argv[0]);
	rtnl_open(&r);
	bridge_remove(&r, argv[0]);
	return 0;
}

static void tell_bridge(const struct link *link, const struct cidr *at, unsigned int count,
                        unsigned int ports)
{
	char text[CIDR_TEXT];

	if (netfact_json) {
		netfact("bridge", link->name);
		netfact_number("mtu", link->mtu);
		netfact_number("ports", ports);
		tell_addresses(at, count);
		netfact_end();
		return;
	}
	text_field(link->name);
	printf("\t%u\t%u\t%s", link->mtu, ports, count ? "" : "-");
	for (unsigned int i = 0; i < count; i++)
		printf("%s%s", i ? "," : "", cidr_text(&at[i], text));
	putchar('\n');
}

int net_bridge_list(int argc, char **argv)
{
	static struct rtnl r;

	(void)argc, (void)argv;
	rtnl_open(&r);
	bridge_each(&r, tell_bridge);
	opt_finish_stdout();
}

static void need_namespace(void)
{
	if (!attachment.to.pid == !attachment.to.file)
		usage_error("one of --pid and --netns");
	if (attachment.to.start && !attachment.to.pid)
		usage_error("--start belongs to --pid");
	check_name("--name: ", attachment.name);
}

static void check_gateway(const struct cidr *gateway, const char *text)
{
	bool reached = false;

	for (unsigned int i = 0; i < attachment.count; i++) {
		reached |= cidr_contains(&attachment.addresses[i], gateway);
		if (cidr_same_address(&attachment.addresses[i], gateway))
			refuse(text, "the gateway is the interface's own address");
	}
	for (unsigned int i = 0; i < attachment.gateway_count; i++)
		if (attachment.gateways[i].family == gateway->family)
			refuse(text, "there is another gateway already");
	if (!reached)
		refuse(text, "the gateway is in the network of none of the addresses");
}

static void parse_gateways(void)
{
	for (size_t i = 0; i < gateways.count; i++) {
		struct cidr gateway;

		if (!cidr_parse_address(&gateway, gateways.at[i]))
			usage_error("--gateway: %s: not an address", gateways.at[i]);
		check_gateway(&gateway, gateways.at[i]);
		attachment.gateways[attachment.gateway_count++] = gateway;
	}
}

static void tell_attachment(void)
{
	char text[ADDRESSES_MOST][CIDR_TEXT], mac_text[MAC_TEXT];
	const char *values[ADDRESSES_MOST];

	netfact("interface", attachment.name);
	netfact("host_interface", attachment.host_name);
	netfact("mac", link_mac_text(attachment.mac, mac_text));
	netfact_number("mtu", attachment.mtu);
	tell_addresses(attachment.addresses, attachment.count);
	for (unsigned int i = 0; i < attachment.gateway_count; i++)
		values[i] = cidr_address_text(&attachment.gateways[i], text[i]);
	netfact_list("gateway", values, attachment.gateway_count);
	netfact_end();
}

int net_attach(int argc, char **argv)
{
	(void)argc, (void)argv;
	need_namespace();
	if (!attachment.bridge)
		usage_error("--bridge is missing");
	check_name("--bridge: ", attachment.bridge);
	if (mac) {
		const char *why = link_parse_mac(mac, attachment.mac);

		if (why)
			usage_error("--mac: %s: %s", mac, why);
		attachment.has_mac = true;
	}
	if (attachment.alias && strlen(attachment.alias) > 255)
		usage_error("--alias: longer than 255 bytes");
	attachment.mtu = (unsigned int)mtu;
	parse_addresses(&addresses, attachment.addresses);
	attachment.count = (unsigned int)addresses.count;
	parse_gateways();
	attach(&attachment);
	tell_attachment();
	opt_finish_stdout();
}

int net_detach(int argc, char **argv)
{
	(void)argc, (void)argv;
	need_namespace();
	detach_link(&attachment.to, attachment.name);
	return 0;
}

int net_route(int argc, char **argv)
{
	need_namespace();
	for (int i = 0; i < argc; i++) {
		struct cidr *gateway = &attachment.gateways[attachment.gateway_count++];

		if (!cidr_parse_address(gateway, argv[i]))
			usage_error("%s: not an address", argv[i]);
		if (i && gateway->family == attachment.gateways[0].family)
			usage_error("%s: there is another gateway already", argv[i]);
	}
	set_gateways(&attachment);
	return 0;
}

/* clang-format off */
#define NAMESPACE_OPTIONS \
	{"pid", 0, "PID", "the network namespace of this process", opt_string, &attachment.to.pid}, \
	{"start", 0, "TICKS", "only if the process started then", opt_string, &attachment.to.start}, \
	{"netns", 0, "FILE", "this network namespace", opt_string, &attachment.to.file}
#define ADDRESS_OPTION \
	{"address", 0, "ADDRESS/LENGTH", "an address of it, IPv4 or IPv6 (repeatable)", opt_list, &addresses}

const struct opt net_bridge_create_options[] = {
	ADDRESS_OPTION,
	{"mtu", 0, "N", "of what is sent (normal: as the uplink)", opt_mtu, &mtu},
	{0},
};
const struct opt net_attach_options[] = {
	NAMESPACE_OPTIONS,
	{"bridge", 0, "NAME", "what it is attached to (required)", opt_string, &attachment.bridge},
	{"name", 0, "NAME", "of the interface inside (normal: eth0)", opt_string, &attachment.name},
	ADDRESS_OPTION,
	{"gateway", 0, "ADDRESS", "have a default route by it (repeatable)", opt_list, &gateways},
	{"mac", 0, "MAC", "normal: made of the IPv4 address", opt_string, &mac},
	{"mtu", 0, "N", "normal: the smaller of the bridge's and the uplink's", opt_mtu, &mtu},
	{"alias", 0, "TEXT", "a note at the interface outside", opt_string, &attachment.alias},
	{0},
};
const struct opt net_detach_options[] = {
	NAMESPACE_OPTIONS,
	{"name", 0, "NAME", "of the interface inside (normal: eth0)", opt_string, &attachment.name},
	{0},
};
