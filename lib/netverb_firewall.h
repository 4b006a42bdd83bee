/* What verbs about the firewall share. */
#ifndef NETVERB_FIREWALL_H
#define NETVERB_FIREWALL_H

#include "firewall.h"
#include "opt.h"

/* What --firewall said; NULL: nothing. */
extern const struct firewall *firewall_asked;
void opt_firewall(const struct opt *opt, const char *arg);
/* clang-format off */
#define FIREWALL_OPTION {"firewall", 0, "NAME", "nft or iptables", opt_firewall, NULL}
/* clang-format on */

/* Do something with each firewall that is in use, or with the one that was asked for. */
void each_firewall(void (*with)(const struct firewall *each));

/* Take back all that an owner has published. */
void unpublish_all(const char *of);

/* One record of a list: a line with tabs, or a JSON object. */
void tell_record(const char *const *keys, const char *const *values, size_t count);

#endif
