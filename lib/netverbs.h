/*
 * The verbs of netsetup. Each takes its operands alone and returns the exit status; what its
 * options say is kept beside it, in netverb_link.c, netverb_subnet.c, netverb_firewall.c,
 * netverb_lease.c.
 */
#ifndef NETVERBS_H
#define NETVERBS_H

#include "opt.h"

/* Interfaces: netverb_link.c. */
int net_bridge_create(int argc, char **argv);
int net_bridge_remove(int argc, char **argv);
int net_bridge_list(int argc, char **argv);
int net_attach(int argc, char **argv);
int net_detach(int argc, char **argv);
int net_route(int argc, char **argv);
extern const struct opt net_bridge_create_options[], net_attach_options[], net_detach_options[];

/* Networks that are free: netverb_subnet.c. */
int net_subnet_find(int argc, char **argv);
int net_subnet_check(int argc, char **argv);
extern const struct opt net_subnet_find_options[], net_subnet_check_options[];

/* The firewall: netverb_firewall.c. */
int net_firewall(int argc, char **argv);
int net_nat_add(int argc, char **argv);
int net_nat_remove(int argc, char **argv);
int net_nat_list(int argc, char **argv);
int net_publish(int argc, char **argv);
int net_unpublish(int argc, char **argv);
int net_published(int argc, char **argv);
extern const struct opt net_firewall_options[], net_nat_add_options[], net_nat_remove_options[],
        net_publish_options[], net_unpublish_options[];

/* Addresses: netverb_lease.c. */
int net_lease_take(int argc, char **argv);
int net_lease_free(int argc, char **argv);
int net_lease_list(int argc, char **argv);
extern const struct opt net_lease_take_options[], net_lease_free_options[];

#endif
