/*
 * Where a rule of iptables has what, for xtables_encode.c and xtables_decode.c. To be included
 * before the headers of the C library, with which the kernel's clash.
 */
#ifndef XTABLES_LAYOUT_H
#define XTABLES_LAYOUT_H

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

/* Its header; those of IPv4 and IPv6 differ in size and order. */
struct layout {
	size_t size, source, destination, source_mask, destination_mask, in, out, in_mask, out_mask;
	size_t protocol, flags, inverted, target, next;
};

static const struct layout layout4 = {
        .size = sizeof(struct ipt_entry),
        .source = offsetof(struct ipt_entry, ip.src),
        .destination = offsetof(struct ipt_entry, ip.dst),
        .source_mask = offsetof(struct ipt_entry, ip.smsk),
        .destination_mask = offsetof(struct ipt_entry, ip.dmsk),
        .in = offsetof(struct ipt_entry, ip.iniface),
        .out = offsetof(struct ipt_entry, ip.outiface),
        .in_mask = offsetof(struct ipt_entry, ip.iniface_mask),
        .out_mask = offsetof(struct ipt_entry, ip.outiface_mask),
        .protocol = offsetof(struct ipt_entry, ip.proto),
        .flags = offsetof(struct ipt_entry, ip.flags),
        .inverted = offsetof(struct ipt_entry, ip.invflags),
        .target = offsetof(struct ipt_entry, target_offset),
        .next = offsetof(struct ipt_entry, next_offset),
};
static const struct layout layout6 = {
        .size = sizeof(struct ip6t_entry),
        .source = offsetof(struct ip6t_entry, ipv6.src),
        .destination = offsetof(struct ip6t_entry, ipv6.dst),
        .source_mask = offsetof(struct ip6t_entry, ipv6.smsk),
        .destination_mask = offsetof(struct ip6t_entry, ipv6.dmsk),
        .in = offsetof(struct ip6t_entry, ipv6.iniface),
        .out = offsetof(struct ip6t_entry, ipv6.outiface),
        .in_mask = offsetof(struct ip6t_entry, ipv6.iniface_mask),
        .out_mask = offsetof(struct ip6t_entry, ipv6.outiface_mask),
        .protocol = offsetof(struct ip6t_entry, ipv6.proto),
        .flags = offsetof(struct ip6t_entry, ipv6.flags),
        .inverted = offsetof(struct ip6t_entry, ipv6.invflags),
        .target = offsetof(struct ip6t_entry, target_offset),
        .next = offsetof(struct ip6t_entry, next_offset),
};

static inline const struct layout *layout_of(int family)
{
	return family == AF_INET ? &layout4 : &layout6;
}

#endif
