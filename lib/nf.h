/*
 * A conversation with the kernel's nf_tables: nfnetlink. Changes go in transactions, of
 * which everything takes effect at once or nothing does.
 */
#ifndef NF_H
#define NF_H

#include "netlink.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nf {
	int socket; /* -1: none */
	char *out;  /* the transaction as it grows */
	size_t used, room;
	uint32_t sequence; /* of its first message, which says that one begins */
	uint32_t count;
	uint32_t question; /* the sequence number of the last one */
	bool deletes;      /* anything, so far */
};

/* In the caller's network namespace. fail()s; false with errno: this kernel has no nf_tables. */
bool nf_open(struct nf *nf);
void nf_close(struct nf *nf);

/* How many times the rules have changed so far; 0: unknown. */
uint32_t nf_generation(struct nf *nf);

/* Begin a transaction. generation: it is to fail with ERESTART when that is no longer true; or 0.
 */
void nf_begin(struct nf *nf, uint32_t generation);

/*
 * One more change: an NFT_MSG_ type, NLM_F_CREATE and its like, the family of the table. Attributes
 * are put behind with nl_put() and its like, 64 KiB at most, before nf_change_end().
 */
struct nlmsghdr *nf_change(struct nf *nf, int type, int flags, int family);
void nf_change_end(struct nf *nf, struct nlmsghdr *change);

/* Has the transaction any changes yet? */
static inline bool nf_changes(const struct nf *nf)
{
	return nf->count > 1;
}

/* Carry out the transaction. 0, or -1 with errno. */
int nf_commit(struct nf *nf);

/*
 * Ask one question (no transaction): `fill` puts its attributes, each answer goes to `take`. type:
 * NFT_MSG_, or of another subsystem, which is in the upper byte. flags:
 * NLM_F_DUMP, or 0 for one answer. 0, or -1 with errno; EINTR: what was dumped changed meanwhile.
 */
int nf_ask(struct nf *nf, int type, int flags, int family,
           void (*fill)(struct nlmsghdr *question, const void *of), const void *of, nl_taker *take,
           void *to);

/* The attributes of a message, or of a nest, by type; `of` has most + 1 places. */
void nf_attributes(const struct nlmsghdr *message, const struct nlattr **of, uint16_t most);
void nf_nested(const struct nlattr *nest, const struct nlattr **of, uint16_t most);

#endif
