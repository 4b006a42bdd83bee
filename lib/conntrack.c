/* Conntrack: see conntrack.h. */
#define _GNU_SOURCE
#include "conntrack.h"

#include "nf.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Which fields of a tuple a dump is for: the kernel's nf_internals.h, which has them to itself. */
enum { FILTER_PROTOCOL = 1 << 3, FILTER_PORT = 1 << 5 };

static void fill_filter(struct nlmsghdr *question, const void *of)
{
	const struct portspec *spec = of;
	struct nlattr *tuple = mnl_attr_nest_start(question, CTA_TUPLE_ORIG);
	struct nlattr *protocol = mnl_attr_nest_start(question, CTA_TUPLE_PROTO);

	mnl_attr_put_u8(question, CTA_PROTO_NUM, spec->protocol);
	mnl_attr_put_u16(question, CTA_PROTO_DST_PORT, htons(spec->host_port));
	mnl_attr_nest_end(question, protocol);
	mnl_attr_nest_end(question, tuple);
	struct nlattr *filter = mnl_attr_nest_start(question, CTA_FILTER);
	mnl_attr_put_u32(question, CTA_FILTER_ORIG_FLAGS, FILTER_PROTOCOL | FILTER_PORT);
	mnl_attr_nest_end(question, filter);
}

/* The tuples of connections, each with its header, as they came. */
struct tuples {
	const struct portspec *spec;
	struct nlattr **at;
	size_t count;
};

/* Kernels before 5.8 take no notice of the filter. */
static bool is_meant(const struct nlattr *tuple, const struct portspec *spec)
{
	const struct nlattr *of[CTA_TUPLE_MAX + 1], *protocol[CTA_PROTO_MAX + 1];
	const struct nlattr *ip[CTA_IP_MAX + 1], *address;

	nf_nested(tuple, of, CTA_TUPLE_MAX);
	if (!of[CTA_TUPLE_PROTO] || !of[CTA_TUPLE_IP])
		return false;
	nf_nested(of[CTA_TUPLE_PROTO], protocol, CTA_PROTO_MAX);
	nf_nested(of[CTA_TUPLE_IP], ip, CTA_IP_MAX);
	address = ip[spec->family == AF_INET ? CTA_IP_V4_DST : CTA_IP_V6_DST];
	return address && protocol[CTA_PROTO_NUM] && protocol[CTA_PROTO_DST_PORT] &&
	       mnl_attr_get_u8(protocol[CTA_PROTO_NUM]) == spec->protocol &&
	       mnl_attr_get_u16(protocol[CTA_PROTO_DST_PORT]) == htons(spec->host_port) &&
	       (portspec_is_wildcard(spec) || memcmp(mnl_attr_get_payload(address), spec->address,
	                                             mnl_attr_get_payload_len(address)) == 0);
}

static int take_connection(const struct nlmsghdr *message, void *to)
{
	const struct nlattr *of[CTA_MAX + 1];
	struct tuples *tuples = to;

	nf_attributes(message, of, CTA_MAX);
	if (!of[CTA_TUPLE_ORIG] || !is_meant(of[CTA_TUPLE_ORIG], tuples->spec))
		return MNL_CB_OK;
	struct nlattr **more = realloc(tuples->at, (tuples->count + 1) * sizeof(struct nlattr *));
	struct nlattr *copy = more ? malloc(of[CTA_TUPLE_ORIG]->nla_len) : NULL;
	if (more)
		tuples->at = more;
	if (copy)
		tuples->at[tuples->count++] =
		        memcpy(copy, of[CTA_TUPLE_ORIG], of[CTA_TUPLE_ORIG]->nla_len);
	return MNL_CB_OK;
}

static void fill_tuple(struct nlmsghdr *question, const void *of)
{
	const struct nlattr *tuple = of;

	mnl_attr_put(question, CTA_TUPLE_ORIG | NLA_F_NESTED, mnl_attr_get_payload_len(tuple),
	             mnl_attr_get_payload(tuple));
}

static void forget(struct nf *nf, const struct portspec *spec)
{
	struct tuples tuples = {.spec = spec};

	(void)nf_ask(nf, (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_GET, NLM_F_DUMP, spec->family,
	             fill_filter, spec, take_connection, &tuples);
	for (size_t i = 0; i < tuples.count; i++) {
		(void)nf_ask(nf, (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_DELETE, 0,
		             spec->family, fill_tuple, tuples.at[i], NULL, NULL);
		free(tuples.at[i]);
	}
	free(tuples.at);
}

void conntrack_forget(const struct ports *ports)
{
	struct nf nf = {.socket = NULL};

	for (size_t i = 0; i < ports->count; i++) {
		if (ports->at[i].spec.protocol != IPPROTO_UDP)
			continue;
		if (!nf.socket && !nf_open(&nf))
			return;
		forget(&nf, &ports->at[i].spec);
	}
	nf_close(&nf);
}
