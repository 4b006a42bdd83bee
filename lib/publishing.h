/*
 * What it takes to publish ports, but for the rules: SPECs of all kinds become ports of addresses,
 * and rules do not outlive the process that they are for.
 */
#ifndef PUBLISHING_H
#define PUBLISHING_H

#include "firewall.h"
#include "opt.h"
#include "port_hold.h"

/*
 * From the texts of SPECs. A SPEC without address is one of every address of each family that `to`
 * has. hold: not NULL: the ports are held, and those are chosen that may be any. refuse()s.
 */
void publishing_parse(struct ports *into, const char *owner, const struct list *texts,
                      const struct list *to, struct port_hold *hold);

/* As many SPECs, each with a family; without an address, of both. The caller frees. refuse()s. */
struct portspec *publishing_specs(const struct list *texts, size_t *count);

/*
 * Publish them, unless we fail() later on; undo that and refuse() if the process `pid` (as text;
 * NULL: whichever) has ended by then: who takes rules away at the end of a process has then done
 * so, or will.
 */
void publishing_do(const struct firewall *firewall, const struct ports *ports, const char *pid);

#endif
