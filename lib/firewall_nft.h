/* The parts of the nf_tables backend, for each other. */
#ifndef FIREWALL_NFT_H
#define FIREWALL_NFT_H

#include "nft_set.h"

enum { NFT_TRIES = 200 }; /* others change the rules as well: how often to begin again */

/*
 * Have the table with its sets, chains and rules as they should be, by libnftables, which is loaded
 * for that: it takes 4 ms, so that all else goes without. Elements of sets stay. fail()s.
 */
void nft_make_table(void);

/* Is the table there? errno is kept. fail()s without the right to ask. */
bool nft_has_table(struct nf *nf);

/* Open it; refuse()s where the kernel has no nf_tables. */
void nft_open(struct nf *nf);

void nft_publish(const struct ports *ports);
void nft_unpublish(const char *owner, const struct portspec *specs, size_t count,
                   struct ports *gone);
void nft_published(struct ports *into);

#endif
