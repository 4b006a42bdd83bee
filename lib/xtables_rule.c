/* Rules of iptables as the kernel has them: see xtables.h. */
#define _GNU_SOURCE
#include <libiptc/libip6tc.h>
#include <libiptc/libiptc.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_comment.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <stddef.h>
#include <string.h>

#include "err.h"
#include "xtables.h"

/* Where a rule's header has what; IPv4's and IPv6's differ in size and order. */
static const struct layout {
	size_t size, source, destination, source_mask, destination_mask, in, out, in_mask, out_mask;
	size_t protocol, flags, inverted, target, next;
	unsigned int address; /* bytes */
} layout4 =
        {
                sizeof(struct ipt_entry),
                offsetof(struct ipt_entry, ip.src),
                offsetof(struct ipt_entry, ip.dst),
                offsetof(struct ipt_entry, ip.smsk),
                offsetof(struct ipt_entry, ip.dmsk),
                offsetof(struct ipt_entry, ip.iniface),
                offsetof(struct ipt_entry, ip.outiface),
                offsetof(struct ipt_entry, ip.iniface_mask),
                offsetof(struct ipt_entry, ip.outiface_mask),
                offsetof(struct ipt_entry, ip.proto),
                offsetof(struct ipt_entry, ip.flags),
                offsetof(struct ipt_entry, ip.invflags),
                offsetof(struct ipt_entry, target_offset),
                offsetof(struct ipt_entry, next_offset),
                4,
},
  layout6 = {
          sizeof(struct ip6t_entry),
          offsetof(struct ip6t_entry, ipv6.src),
          offsetof(struct ip6t_entry, ipv6.dst),
          offsetof(struct ip6t_entry, ipv6.smsk),
          offsetof(struct ip6t_entry, ipv6.dmsk),
          offsetof(struct ip6t_entry, ipv6.iniface),
          offsetof(struct ip6t_entry, ipv6.outiface),
          offsetof(struct ip6t_entry, ipv6.iniface_mask),
          offsetof(struct ip6t_entry, ipv6.outiface_mask),
          offsetof(struct ip6t_entry, ipv6.proto),
          offsetof(struct ip6t_entry, ipv6.flags),
          offsetof(struct ip6t_entry, ipv6.invflags),
          offsetof(struct ip6t_entry, target_offset),
          offsetof(struct ip6t_entry, next_offset),
          16,
};

static const struct layout *layout_of(int family)
{
	return family == AF_INET ? &layout4 : &layout6;
}

static void put_16(unsigned char *at, size_t value)
{
	uint16_t number = (uint16_t)value;

	memcpy(at, &number, sizeof(number));
}

static uint16_t get_16(const unsigned char *at)
{
	uint16_t number;

	memcpy(&number, at, sizeof(number));
	return number;
}

static void put_interface(unsigned char *name, unsigned char *mask, const char *value)
{
	if (!*value)
		return;
	memcpy(name, value, strlen(value) + 1);
	memset(mask, 0xff, strlen(value) + 1);
}

static void put_network(unsigned char *address, unsigned char *mask, const struct cidr *value)
{
	if (!value->family)
		return;
	memcpy(address, value->at, cidr_bits(value) / 8);
	for (unsigned int bit = 0; bit < value->length; bit++)
		mask[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
}

/* Matches and targets have the same header. */
static void put_part(unsigned char *bytes, size_t *end, const char *name, int revision,
                     const void *data, size_t size)
{
	struct xt_entry_match *part = (void *)(bytes + *end);
	size_t whole = XT_ALIGN(sizeof(*part) + size);

	if (*end + whole > RULE_ROOM)
		refuse(name, "a rule has no room for this");
	memcpy(part->u.user.name, name, strnlen(name, sizeof(part->u.user.name) - 1));
	part->u.user.revision = (uint8_t)revision;
	part->u.user.match_size = (uint16_t)whole;
	if (size)
		memcpy(part->data, data, size);
	*end += whole;
}

static void put_port(unsigned char *bytes, size_t *end, const struct rule *rule)
{
	struct xt_tcp tcp = {
	        .spts = {0,          0xffff    },
                  .dpts = {rule->port, rule->port}
        };
	struct xt_udp udp = {
	        .spts = {0,          0xffff    },
                  .dpts = {rule->port, rule->port}
        };

	if (rule->protocol == IPPROTO_TCP)
		put_part(bytes, end, "tcp", 0, &tcp, sizeof(tcp));
	else
		put_part(bytes, end, "udp", 0, &udp, sizeof(udp));
}

static void put_state(unsigned char *bytes, size_t *end, const struct rule *rule)
{
	struct xt_conntrack_mtinfo3 state = {.match_flags = XT_CONNTRACK_STATE};

	state.state_mask = rule->state == DNATED ? XT_CONNTRACK_STATE_DNAT
	                                         : XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED) |
	                                                   XT_CONNTRACK_STATE_BIT(IP_CT_RELATED);
	put_part(bytes, end, "conntrack", 3, &state, sizeof(state));
}

static void put_types(unsigned char *bytes, size_t *end, const struct rule *rule)
{
	struct xt_addrtype_info_v1 type = {.flags = 0};

	type.source = rule->sender ? XT_ADDRTYPE_LOCAL : 0;
	type.dest = rule->to_local ? XT_ADDRTYPE_LOCAL : 0;
	if (rule->sender == NOT_LOCAL)
		type.flags |= XT_ADDRTYPE_INVERT_SOURCE;
	put_part(bytes, end, "addrtype", 1, &type, sizeof(type));
}

static void put_target(int family, unsigned char *bytes, size_t *end, const struct rule *rule)
{
	struct nf_nat_ipv4_multi_range_compat range4 = {.rangesize = 1};
	struct nf_nat_range range6 = {.flags = 0};
	bool dnat = strcmp(rule->target, "DNAT") == 0;

	if (!dnat && strcmp(rule->target, "MASQUERADE") != 0) {
		int verdict = 0; /* libiptc finds it by the name */

		put_part(bytes, end, rule->target, 0, &verdict, sizeof(verdict));
		return;
	}
	if (dnat) {
		range4.range[0].flags = range6.flags =
		        NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED;
		memcpy(&range4.range[0].min_ip, rule->to.at, 4);
		range4.range[0].max_ip = range4.range[0].min_ip;
		memcpy(&range6.min_addr, rule->to.at, 16);
		range6.max_addr = range6.min_addr;
		range4.range[0].min.all = range4.range[0].max.all = htons(rule->to_port);
		range6.min_proto.all = range6.max_proto.all = htons(rule->to_port);
	}
	if (family == AF_INET)
		put_part(bytes, end, rule->target, 0, &range4, sizeof(range4));
	else
		put_part(bytes, end, rule->target, dnat ? 1 : 0, &range6, sizeof(range6));
}

void rule_encode(int family, const struct rule *rule, unsigned char bytes[RULE_ROOM])
{
	const struct layout *at = layout_of(family);
	struct xt_comment_info comment = {.comment = ""};
	size_t end = at->size;

	memset(bytes, 0, RULE_ROOM);
	put_interface(bytes + at->in, bytes + at->in_mask, rule->in);
	put_interface(bytes + at->out, bytes + at->out_mask, rule->out);
	bytes[at->inverted] = rule->not_out ? IPT_INV_VIA_OUT : 0;
	put_network(bytes + at->source, bytes + at->source_mask, &rule->source);
	put_network(bytes + at->destination, bytes + at->destination_mask, &rule->destination);
	put_16(bytes + at->protocol, rule->protocol);
	if (family == AF_INET6 && rule->protocol)
		bytes[at->flags] = IP6T_F_PROTO;
	if (rule->port)
		put_port(bytes, &end, rule);
	if (rule->state)
		put_state(bytes, &end, rule);
	if (rule->sender || rule->to_local)
		put_types(bytes, &end, rule);
	if (*rule->owner) {
		memcpy(comment.comment, rule->owner, sizeof(rule->owner));
		put_part(bytes, &end, "comment", 0, &comment, sizeof(comment));
	}
	put_16(bytes + at->target, end);
	put_target(family, bytes, &end, rule);
	put_16(bytes + at->next, end);
}

static void get_network(int family, const unsigned char *address, const unsigned char *mask,
                        struct cidr *into)
{
	unsigned int bits = family == AF_INET ? 32 : 128, length = 0;

	while (length < bits && mask[length / 8] & (0x80 >> length % 8))
		length++;
	if (length == 0)
		return;
	into->family = family;
	into->length = length;
	memcpy(into->at, address, bits / 8);
}

static void get_match(const struct xt_entry_match *match, struct rule *rule)
{
	const char *name = match->u.user.name;

	if (strcmp(name, "tcp") == 0)
		rule->port = ((const struct xt_tcp *)match->data)->dpts[0];
	else if (strcmp(name, "udp") == 0)
		rule->port = ((const struct xt_udp *)match->data)->dpts[0];
	else if (strcmp(name, "comment") == 0)
		memcpy(rule->owner, match->data, sizeof(rule->owner) - 1);
}

static void get_dnat(int family, const void *data, struct rule *rule)
{
	const struct nf_nat_ipv4_multi_range_compat *range4 = data;
	const struct nf_nat_range *range6 = data;

	rule->to.family = family;
	rule->to.length = family == AF_INET ? 32 : 128;
	memcpy(rule->to.at,
	       family == AF_INET ? (const void *)&range4->range[0].min_ip : &range6->min_addr,
	       rule->to.length / 8);
	rule->to_port = ntohs(family == AF_INET ? range4->range[0].min.all : range6->min_proto.all);
}

void rule_decode(int family, const void *entry, const char *target, struct rule *rule)
{
	const struct layout *at = layout_of(family);
	const unsigned char *bytes = entry;
	size_t end = get_16(bytes + at->target);

	memset(rule, 0, sizeof(*rule));
	memcpy(rule->in, bytes + at->in, sizeof(rule->in) - 1);
	memcpy(rule->out, bytes + at->out, sizeof(rule->out) - 1);
	rule->not_out = bytes[at->inverted] & IPT_INV_VIA_OUT;
	get_network(family, bytes + at->source, bytes + at->source_mask, &rule->source);
	get_network(family, bytes + at->destination, bytes + at->destination_mask,
	            &rule->destination);
	rule->protocol = (uint8_t)get_16(bytes + at->protocol);
	for (size_t offset = at->size; offset < end;) {
		const struct xt_entry_match *match = (const void *)(bytes + offset);

		get_match(match, rule);
		offset += match->u.match_size;
	}
	memcpy(rule->target, target, strnlen(target, sizeof(rule->target) - 1));
	if (strcmp(target, "DNAT") == 0)
		get_dnat(family, (const struct xt_entry_target *)(bytes + end) + 1, rule);
}
