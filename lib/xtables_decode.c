/* Rules of iptables, read: see xtables.h. */
#define _GNU_SOURCE
#include "xtables_layout.h"

#include "xtables.h"

static uint16_t get_16(const unsigned char *at)
{
	uint16_t number;

	memcpy(&number, at, sizeof(number));
	return number;
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

static void get_dnat(int family, const struct nf_nat_range2 *to, struct rule *rule)
{
	rule->to.family = family;
	rule->to.length = family == AF_INET ? 32 : 128;
	memcpy(rule->to.at, &to->min_addr, rule->to.length / 8);
	rule->to_port = ntohs(to->min_proto.all);
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
	/* Those of others may be of an older revision, which is shorter. */
	const struct xt_entry_target *header = (const void *)(bytes + end);
	if (strcmp(target, "DNAT") == 0 &&
	    header->u.target_size >= sizeof(*header) + sizeof(struct nf_nat_range2))
		get_dnat(family, (const void *)header->data, rule);
}
