/* The parts of the iptables backend, for each other. */
#ifndef FIREWALL_IPTABLES_H
#define FIREWALL_IPTABLES_H

#include "xtables.h"

void iptables_publish(const struct ports *ports);
void iptables_unpublish(const char *owner, const struct portspec *specs, size_t count);
void iptables_published(struct ports *into);

/* Has a network of that family been set up? */
bool iptables_used(int family);

#endif
