/*
 * Elements that are to be added to sets of the table, or removed, in one transaction.
 */
#ifndef NFT_SLOTS_H
#define NFT_SLOTS_H

#include "nft_set.h"
#include "portspec.h"

struct slot {
	const char *set;
	struct element element;
	const struct portspec *spec; /* the port that needs it, or NULL */
	enum { ADD, REPLACE, KEEP, REMOVE } what;
};

struct slots {
	struct slot *at; /* who has it frees it */
	size_t count;
};

/* One more, which is to be added. */
struct slot *nft_slot_add(struct slots *slots, const char *set, const struct element *element,
                          const struct portspec *spec);

/*
 * An element is removed by its key, whoever has it by then: so who removes tells of which
 * generation it knows that it is the owner's. 0: who does not. Returns 0, or -1 with errno.
 */
int nft_slots_carry_out(struct nf *nf, const struct slots *slots, uint32_t generation);

#endif
