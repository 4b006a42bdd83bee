/* Elements of a transaction: see nft_slots.h. */
#define _GNU_SOURCE
#include "nft_slots.h"

#include "err.h"
#include <linux/netfilter/nf_tables.h>

struct slot *nft_slot_add(struct slots *slots, const char *set, const struct element *element,
                          const struct portspec *spec)
{
	struct slot *slot;

	slots->at = xrealloc(slots->at, (slots->count + 1) * sizeof(*slots->at));
	slot = &slots->at[slots->count++];
	*slot = (struct slot){.set = set, .element = *element, .spec = spec, .what = ADD};
	return slot;
}

int nft_slots_carry_out(struct nf *nf, const struct slots *slots, uint32_t generation)
{
	nf_begin(nf, generation);
	for (size_t i = 0; i < slots->count; i++) {
		const struct slot *slot = &slots->at[i];

		if (slot->what == REPLACE || slot->what == REMOVE)
			nft_element(nf, NFT_MSG_DELSETELEM, slot->set, &slot->element);
		if (slot->what == REPLACE || slot->what == ADD)
			nft_element(nf, NFT_MSG_NEWSETELEM, slot->set, &slot->element);
	}
	return nf_commit(nf);
}
