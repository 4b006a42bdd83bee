/*
 * Addresses that are lent: in a directory of their own, a symbolic link for each, which is called
 * as the address and leads to the name of its owner. symlink(2) makes it for one who asks and no
 * other, whole at once; whoever dies leaves either nothing or what tells whose it is. Nobody
 * follows the links.
 */
#ifndef LEASE_H
#define LEASE_H

#include "cidr.h"

struct leases {
	const char *dir;
	int fd;
};

/* Where an address may come from. */
struct lease_pool {
	struct cidr
	        subnet;    /* its first and last address are not for hosts, as far as it has such */
	struct cidr range; /* of it; the same if there is no other */
	const struct cidr *excluded; /* addresses */
	size_t excluded_count;
};

enum lease_use { LEASE_LIST, LEASE_TAKE, LEASE_FREE };

/*
 * Open the directory; for LEASE_TAKE it is made if it is not there, mode 755, but not what is
 * missing above it. While one has it open for LEASE_FREE others wait. false: it is not there, so
 * there are no leases. fail()s.
 */
bool leases_open(struct leases *leases, const char *dir, enum lease_use use);
void leases_close(struct leases *leases);

/* Why nobody gets this address of the pool: NULL, or the reason. */
const char *lease_unfit(const struct lease_pool *pool, const struct cidr *address);

/* Take this address. false: somebody has it. fail()s. */
bool lease_take(const struct leases *leases, const struct cidr *address, const char *owner);

/*
 * Take the next one that is free behind the last one that was taken so, and from the beginning
 * again, so that an address that was given back is not soon another's. false: there is none.
 */
bool lease_take_next(const struct leases *leases, const struct lease_pool *pool, const char *owner,
                     struct cidr *address);

/* Whose it is; NULL: nobody's. The caller frees it. fail()s. */
char *lease_owner(const struct leases *leases, const char *address);

/* Give back one, or all that an owner has: what is gone is no error. fail()s. */
void lease_give_back(const struct leases *leases, const struct cidr *address);
void leases_free(const struct leases *leases, const char *owner);

/* Is the directory still where it was opened, or has somebody removed it, or put it aside? */
bool leases_stand(const struct leases *leases);

/* All, in the order of the addresses. The caller frees `at` and the owners. fail()s. */
struct lease {
	struct cidr address;
	char *owner;
};
struct lease *leases_list(const struct leases *leases, size_t *count);

#endif
