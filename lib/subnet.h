/*
 * Which networks are free: those that overlap with nothing that is reached from here.
 */
#ifndef SUBNET_H
#define SUBNET_H

#include "routes.h"

/* Where a free one may be, and how long its prefix is to be. */
struct pool {
	struct cidr from;
	unsigned int length;
};

/* What is not free. */
struct taken {
	const struct cidr *avoid; /* by wish */
	size_t count;
	struct routes routes; /* of this host */
};

/* What it overlaps with, or NULL; *route: as which, NULL: it is to be avoided by wish. */
const struct cidr *subnet_clash(const struct taken *taken, const struct cidr *subnet,
                                const struct route **route);

/* The first free one of these pools; false: there is none. */
bool subnet_find(const struct taken *taken, const struct pool *pools, size_t count,
                 struct cidr *found);

/* Those that Docker has; ends in a length of 0. */
extern const struct pool subnet_pools[];

/* NETWORK/LENGTH; refuse()s what is none, or has bits of a host set. */
struct cidr subnet_parse(const char *text);

/* NULL, or why it is no network for hosts of ours. */
const char *subnet_unfit(const struct cidr *subnet);

#endif
