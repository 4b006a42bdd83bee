/* The table of the nf_tables backend: see firewall_nft.h. */
#define _GNU_SOURCE
#include "err.h"
#include "firewall_nft.h"
#include "library.h"
#include <nftables/libnftables.h>
#include <string.h>

/*
 * One text for every host: what there is of networks and ports is in the sets. It can be given
 * again at any time; what somebody flushed is there again then.
 */
static const char ruleset[] =
        "add table inet mini-docker\n"
        "flush table inet mini-docker\n"
        "table inet mini-docker {\n"
        "	set bridges { type ifname; }\n"
        "	set same { type ifname . ifname; }\n" /* a bridge and itself */
        "	set internal { type ifname; }\n"
        "	set subnets4 { type ipv4_addr; flags interval; }\n"
        "	set subnets6 { type ipv6_addr; flags interval; }\n"
        "	map ports4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . "
        "inet_service; }\n"
        "	map ports6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . "
        "inet_service; }\n"
        "	map any4 { type inet_proto . inet_service : ipv4_addr . inet_service; }\n"
        "	map any6 { type inet_proto . inet_service : ipv6_addr . inet_service; }\n"
        "	map near6 { type inet_proto . inet_service : ipv6_addr; }\n"

        /* 127/8 is routed to bridges, for replies; conntrack gives those their address later on. */
        "	chain guard {\n"
        "		type filter hook prerouting priority raw; policy accept;\n"
        "		iifname @bridges ip daddr 127.0.0.0/8 drop\n"
        "		iifname @bridges ip saddr 127.0.0.0/8 drop\n"
        /* Who says to be this host; of IPv4 routing refuses it. */
        "		iifname @bridges ip6 saddr != fe80::/10 fib saddr type local drop\n"
        "	}\n"

        "	chain published {\n"
        "		dnat ip to ip daddr . meta l4proto . th dport map @ports4\n"
        "		dnat ip to meta l4proto . th dport map @any4\n"
        "		dnat ip6 to ip6 daddr . meta l4proto . th dport map @ports6\n"
        "		dnat ip6 to meta l4proto . th dport map @any6\n"
        "	}\n"
        /* Routing refuses what a wire brings for 127/8, but would not know it after DNAT. */
        "	chain prerouting {\n"
        "		type nat hook prerouting priority dstnat; policy accept;\n"
        "		ip daddr 127.0.0.0/8 accept\n"
        "		fib daddr type local goto published\n"
        "	}\n"
        "	chain output {\n"
        "		type nat hook output priority -100; policy accept;\n"
        "		fib daddr type local goto published\n"
        "	}\n"

        /*
         * No packet from or to ::1 is let in from a bridge, and where bridges are filtered the
         * address that NAT gives back is there before that is looked at. So the host's packets
         * to ::1 get another source before conntrack sees them, and their replies get ::1 back
         * when they are in: by then, NAT has made ::1 of where they come from.
         */
        "	chain loopback {\n"
        "		type filter hook output priority raw; policy accept;\n"
        "		ip6 saddr ::1 ip6 daddr ::1 ip6 saddr set meta l4proto . th dport map "
        "@near6\n"
        "	}\n"
        "	chain loopback_back {\n"
        "		type filter hook input priority 110; policy accept;\n"
        "		iifname @bridges ip6 saddr ::1 ip6 daddr set ::1\n"
        "	}\n"

        "	chain forward {\n"
        "		type filter hook forward priority filter; policy accept;\n"
        "		iifname != @bridges oifname != @bridges accept\n"
        "		iifname . oifname @same accept\n"
        "		iifname @internal drop\n"
        "		oifname @internal drop\n"
        "		oifname @bridges ct state established,related accept\n"
        "		oifname @bridges ct status dnat accept\n"
        "		oifname @bridges drop\n"
        "	}\n"

        /*
         * Who answers must do so by this host: it may have no route, another one, or be on the
         * same bridge as who asked, if not that one itself.
         */
        "	chain postrouting {\n"
        "		type nat hook postrouting priority srcnat; policy accept;\n"
        "		oifname @bridges ct status dnat fib saddr type local masquerade\n"
        "		oifname @bridges ct status dnat ip saddr @subnets4 masquerade\n"
        "		oifname @bridges ct status dnat ip6 saddr @subnets6 masquerade\n"
        "		oifname != @bridges ip saddr @subnets4 fib saddr type != local masquerade\n"
        "		oifname != @bridges ip6 saddr @subnets6 fib saddr type != local "
        "masquerade\n"
        "	}\n"
        "}\n";

static const char library_file[] = "libnftables.so.1";

static void *symbol(void *library, const char *name)
{
	return library_symbol(library, library_file, name);
}

void nft_make_table(void)
{
	void *library = library_load(library_file);
	struct nft_ctx *nft;

	struct nft_ctx *(*new)(uint32_t) = symbol(library, "nft_ctx_new");
	int (*buffer)(struct nft_ctx *) = symbol(library, "nft_ctx_buffer_error");
	const char *(*error)(struct nft_ctx *) = symbol(library, "nft_ctx_get_error_buffer");
	int (*run)(struct nft_ctx *, const char *) = symbol(library, "nft_run_cmd_from_buffer");

	nft = new (NFT_CTX_DEFAULT);
	if (!nft || buffer(nft) != 0)
		refuse(library_file, "out of memory");
	if (run(nft, ruleset) != 0) {
		const char *why = error(nft);

		refuse("table inet mini-docker", "%.*s", (int)strcspn(why, "\n"), why);
	}
	/* The process ends soon, and takes the library and what it holds with it. */
}
