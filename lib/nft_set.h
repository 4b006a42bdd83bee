/*
 * Sets and maps of the table `inet mini-docker`: their elements, as the kernel has them. Each
 * element carries a comment, which says whose it is.
 */
#ifndef NFT_SET_H
#define NFT_SET_H

#include "firewall.h"
#include "nf.h"

#define NFT_TABLE "mini-docker"
enum { NFT_INET = 1 }; /* NFPROTO_INET, whose header and that of the C library exclude each other */

struct element {
	unsigned char key[32], value[20];
	unsigned int key_size, value_size; /* bytes; 0: there is no value */
	bool end;                          /* the first that is no longer in an interval */
	char comment[OWNER_ROOM];
};

/* Changes of a transaction: NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM. */
void nft_element(struct nf *nf, int type, const char *set, const struct element *element);

/* Every element of a set. 0, or -1 with errno; ENOENT: there is no such set. */
int nft_elements(struct nf *nf, const char *set,
                 void (*take)(const struct element *element, void *to), void *to);

/* The element that has the key of this one. false: there is none. */
bool nft_element_find(struct nf *nf, const char *set, struct element *element);

/* Keys and values are made of fields, each filled up to 4 bytes. */
void nft_key(struct element *element, const void *bytes, unsigned int size);
void nft_value(struct element *element, const void *bytes, unsigned int size);

#endif
