/* The parts of the iptables backend, for each other. */
#ifndef FIREWALL_IPTABLES_H
#define FIREWALL_IPTABLES_H

#include "xtables.h"

enum { IPTABLES_TABLES = 3 };
extern const char *const iptables_tables[IPTABLES_TABLES];

/* For xtables_change(): a struct network to be there, a bridge's name to be gone. */
bool iptables_fill_add(struct xtable *t, const void *network);
bool iptables_fill_remove(struct xtable *t, const void *bridge);

void iptables_publish(const struct ports *ports);
void iptables_unpublish(const char *owner, const struct portspec *specs, size_t count,
                        struct ports *gone);
void iptables_published(struct ports *into);

/*
 * Where the policy of FORWARD is to drop, and no rules of this backend let what the bridge sends
 * and gets pass there: add some, for firewalls of another kind; and take these away again.
 */
void iptables_pass(const char *bridge);
void iptables_pass_no_more(const char *bridge);

/* Has a network of that family been set up? */
bool iptables_used(int family);

#endif
