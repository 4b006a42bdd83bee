/* Rules of iptables, made: see xtables.h. */
#define _GNU_SOURCE
#include "xtables_layout.h"

#include "err.h"
#include "xtables.h"

static void put_16(unsigned char *at, size_t value)
{
	uint16_t number = (uint16_t)value;

	memcpy(at, &number, sizeof(number));
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

/* The revisions that iptables itself uses: it can list and restore no others. */
static void put_target(int family, unsigned char *bytes, size_t *end, const struct rule *rule)
{
	struct nf_nat_ipv4_multi_range_compat masquerade4 = {.rangesize = 1};
	struct nf_nat_range masquerade6 = {.flags = 0};
	struct nf_nat_range2 to = {.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED};
	int verdict = 0; /* libiptc finds it by the name */

	if (strcmp(rule->target, "DNAT") == 0) {
		memcpy(&to.min_addr, rule->to.at, cidr_bits(&rule->to) / 8);
		to.max_addr = to.min_addr;
		to.min_proto.all = to.max_proto.all = htons(rule->to_port);
		put_part(bytes, end, rule->target, 2, &to, sizeof(to));
	} else if (strcmp(rule->target, "MASQUERADE") != 0) {
		put_part(bytes, end, rule->target, 0, &verdict, sizeof(verdict));
	} else if (family == AF_INET) {
		put_part(bytes, end, rule->target, 0, &masquerade4, sizeof(masquerade4));
	} else {
		put_part(bytes, end, rule->target, 0, &masquerade6, sizeof(masquerade6));
	}
}

void rule_encode(int family, const struct rule *rule, unsigned char bytes[RULE_ROOM])
{
	const struct layout *at = layout_of(family);
	struct xt_comment_info comment = {.comment = ""};
	size_t end = at->size;

	memset(bytes, 0, RULE_ROOM);
	put_interface(bytes + at->in, bytes + at->in_mask, rule->in);
	put_interface(bytes + at->out, bytes + at->out_mask, rule->out);
	bytes[at->inverted] = (unsigned char)((rule->not_out ? IPT_INV_VIA_OUT : 0) |
	                                      (rule->not_destination ? IPT_INV_DSTIP : 0));
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
