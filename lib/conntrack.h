/*
 * Connections that the kernel's NAT remembers: conntrack. What it once decided for the packets of a
 * connection holds as long as they come, whatever the rules are by then; with UDP, where nobody
 * says when one ends, that can be for ever.
 */
#ifndef CONNTRACK_H
#define CONNTRACK_H

#include "firewall.h"

/*
 * Forget what is remembered of connections to those ports that are of UDP: their next packet meets
 * the rules of now. What cannot be forgotten is no failure: it ends by itself when nothing comes.
 */
void conntrack_forget(const struct ports *ports);

#endif
