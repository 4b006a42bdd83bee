/* Conntrack: see conntrack.h. */
#define _GNU_SOURCE
#include "conntrack.h"

#include "nf.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Which fields of a tuple a dump is for: the kernel's nf_internals.h, which has them to itself. */
enum { FILTER_PROTOCOL = 1 << 3 };

static void fill_filter(struct nlmsghdr *question, const void *of)
{
	struct nlattr *tuple = nl_nest(question, CTA_TUPLE_ORIG);
	struct nlattr *protocol = nl_nest(question, CTA_TUPLE_PROTO);

	(void)of;
	nl_put_u8(question, CTA_PROTO_NUM, IPPROTO_UDP);
	nl_nest_end(question, protocol);
	nl_nest_end(question, tuple);
	struct nlattr *filter = nl_nest(question, CTA_FILTER);
	nl_put_u32(question, CTA_FILTER_ORIG_FLAGS, FILTER_PROTOCOL);
	nl_nest_end(question, filter);
}

/* The tuples of connections, each with its header, as they came. */
struct tuples {
	const struct ports *ports;
	int family;
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
	       nl_u8(protocol[CTA_PROTO_NUM]) == spec->protocol &&
	       nl_u16(protocol[CTA_PROTO_DST_PORT]) == htons(spec->host_port) &&
	       (portspec_is_wildcard(spec) ||
	        memcmp(nl_data(address), spec->address, nl_size(address)) == 0);
}

static bool is_of_any(const struct nlattr *tuple, const struct tuples *tuples)
{
	for (size_t i = 0; i < tuples->ports->count; i++) {
		const struct portspec *spec = &tuples->ports->at[i].spec;

		if (spec->protocol == IPPROTO_UDP && spec->family == tuples->family &&
		    is_meant(tuple, spec))
			return true;
	}
	return false;
}

static void take_connection(const struct nlmsghdr *message, void *to)
{
	const struct nlattr *of[CTA_MAX + 1];
	struct tuples *tuples = to;

	nf_attributes(message, of, CTA_MAX);
	if (!of[CTA_TUPLE_ORIG] || !is_of_any(of[CTA_TUPLE_ORIG], tuples))
		return;
	struct nlattr **more = realloc(tuples->at, (tuples->count + 1) * sizeof(struct nlattr *));
	struct nlattr *copy = more ? malloc(of[CTA_TUPLE_ORIG]->nla_len) : NULL;
	if (more)
		tuples->at = more;
	if (copy)
		tuples->at[tuples->count++] =
		        memcpy(copy, of[CTA_TUPLE_ORIG], of[CTA_TUPLE_ORIG]->nla_len);
}

static void fill_tuple(struct nlmsghdr *question, const void *of)
{
	const struct nlattr *tuple = of;

	nl_put(question, CTA_TUPLE_ORIG | NLA_F_NESTED, nl_size(tuple), nl_data(tuple));
}

static void forget(struct nf *nf, const struct ports *ports, int family)
{
	struct tuples tuples = {.ports = ports, .family = family};

	(void)nf_ask(nf, (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_GET, NLM_F_DUMP, family,
	             fill_filter, NULL, take_connection, &tuples);
	for (size_t i = 0; i < tuples.count; i++) {
		(void)nf_ask(nf, (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_DELETE, 0, family,
		             fill_tuple, tuples.at[i], NULL, NULL);
		free(tuples.at[i]);
	}
	free(tuples.at);
}

static bool has_any_connection(void)
{
	int file = open("/proc/sys/net/netfilter/nf_conntrack_count", O_RDONLY | O_CLOEXEC);
	char digit = '?';

	if (file >= 0) {
		(void)!read(file, &digit, 1);
		(void)close(file);
	}
	return digit != '0';
}

/* One question for all ports of a family: each one has the kernel walk the table, 10 ms and more.
 */
void conntrack_forget(const struct ports *ports)
{
	static const int families[] = {AF_INET, AF_INET6};
	struct nf nf = {.socket = -1};
	bool wanted[2] = {false, false};

	for (size_t i = 0; i < ports->count; i++)
		if (ports->at[i].spec.protocol == IPPROTO_UDP)
			wanted[ports->at[i].spec.family == AF_INET6] = true;
	if (!(wanted[0] || wanted[1]) || !has_any_connection() || !nf_open(&nf))
		return;
	for (size_t i = 0; i < 2; i++)
		if (wanted[i])
			forget(&nf, ports, families[i]);
	nf_close(&nf);
}
