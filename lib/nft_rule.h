/* Rules of nf_tables of the two kinds that are put into tables of others. */
#ifndef NFT_RULE_H
#define NFT_RULE_H

#include "nf.h"

enum nft_side { NFT_IN, NFT_OUT };

/* Changes of a transaction, for rules behind all others of a chain. */
void nft_rule_accept(struct nf *nf, int family, const char *table, const char *chain,
                     enum nft_side side, const char *interface);
void nft_rule_jump(struct nf *nf, int family, const char *table, const char *chain, const char *to);
void nft_rule_delete(struct nf *nf, int family, const char *table, const char *chain,
                     uint64_t handle);

struct nft_rule {
	uint64_t handle;
	char interface[16]; /* the last that it compares with; or empty */
	char jump[32];      /* where it leads; or empty */
};

/* Every rule of a chain. 0, or -1 with errno. */
int nft_rules(struct nf *nf, int family, const char *table, const char *chain,
              void (*take)(const struct nft_rule *rule, void *to), void *to);

#endif
