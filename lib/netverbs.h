/*
 * The verbs of netsetup. Each takes its operands alone and returns the exit status; what its
 * options say is kept beside it, in netverb_link.c, netverb_firewall.c, netverb_lease.c.
 */
#ifndef NETVERBS_H
#define NETVERBS_H

#include "opt.h"

/* Interfaces: netverb_link.c. */

/* The firewall: netverb_firewall.c. */

/* Subnets and addresses: netverb_lease.c. */

#endif
