/* Addresses that are lent: see lease.h. */
#define _GNU_SOURCE
#include "lease.h"

#include "err.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

bool leases_open(struct leases *leases, const char *dir, enum lease_use use)
{
	leases->dir = dir;
	if (use == LEASE_TAKE && mkdir(dir, 0755) && errno != EEXIST)
		fail(dir, "make the directory");
	leases->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (leases->fd < 0 && errno == ENOENT && use != LEASE_TAKE)
		return false;
	if (leases->fd < 0)
		fail(dir, "open");
	/*
	 * Between the look at whose a lease is and its removal it must not change hands: that is
	 * why those who take keep those who free away. Among themselves symlink(2) is enough.
	 */
	if (use != LEASE_LIST && flock(leases->fd, use == LEASE_FREE ? LOCK_EX : LOCK_SH))
		fail(dir, "lock");
	return true;
}

void leases_close(struct leases *leases)
{
	(void)close(leases->fd);
	leases->fd = -1;
}

bool leases_stand(const struct leases *leases)
{
	struct stat opened, there;

	return fstat(leases->fd, &opened) == 0 && stat(leases->dir, &there) == 0 &&
	       opened.st_ino == there.st_ino && opened.st_dev == there.st_dev;
}

const char *lease_unfit(const struct lease_pool *pool, const struct cidr *address)
{
	struct cidr first = cidr_network(&pool->subnet), last = cidr_broadcast(&first);

	/* RFC 3021 and RFC 6164: of two addresses both are hosts'. */
	if (pool->subnet.length + 1 < cidr_bits(address)) {
		if (cidr_same_address(address, &first))
			return "is the network's own address";
		if (address->family == AF_INET && cidr_same_address(address, &last))
			return "is the network's broadcast address";
	}
	for (size_t i = 0; i < pool->excluded_count; i++)
		if (cidr_same_address(address, &pool->excluded[i]))
			return "is excluded";
	return NULL;
}

bool lease_take(const struct leases *leases, const struct cidr *address, const char *owner)
{
	char name[CIDR_TEXT];

	if (symlinkat(owner, leases->fd, cidr_address_text(address, name)) == 0)
		return true;
	if (errno == ENOENT)
		refuse(leases->dir, "the directory was removed meanwhile");
	if (errno != EEXIST)
		fail(leases->dir, "take %s", name);
	return false;
}

/* A hint and no more: what is lost or out of date costs the search some steps. */
static const char *hint_name(const struct cidr *range)
{
	return range->family == AF_INET ? ".last" : ".last6";
}

static void write_hint(const struct leases *leases, const struct cidr *address)
{
	char text[CIDR_TEXT];
	CLOSED int fd = openat(leases->fd, hint_name(address),
	                       O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd >= 0) /* always as long, so that no other one's end remains */
		(void)dprintf(fd, "%-*s\n", CIDR_TEXT, cidr_address_text(address, text));
}

/* Which address of the range comes next; sizes are cut to 2^63, which nobody gets to the end of. */
static uint64_t after_hint(const struct leases *leases, const struct cidr *range, uint64_t size)
{
	FREED char *text = read_file(leases->fd, hint_name(range), CIDR_TEXT + 1, NULL);
	struct cidr last;
	uint64_t number = 0;

	if (!text)
		return 0;
	text[strcspn(text, " \n")] = '\0';
	if (!cidr_parse_address(&last, text) || !cidr_contains(range, &last))
		return 0;
	for (unsigned int i = 0; i < cidr_bits(&last) / 8; i++)
		number = number << 8 | last.at[i];
	return (number + 1) & (size - 1);
}

/* The n-th address of the network: what n says where that has zeroes. */
static struct cidr nth(const struct cidr *network, uint64_t n)
{
	struct cidr address = *network;

	for (unsigned int i = cidr_bits(network) / 8; n; n >>= 8)
		address.at[--i] |= (unsigned char)n;
	address.length = cidr_bits(network);
	return address;
}

bool lease_take_next(const struct leases *leases, const struct lease_pool *pool, const char *owner,
                     struct cidr *address)
{
	unsigned int bits = cidr_bits(&pool->range) - pool->range.length;
	uint64_t size = UINT64_C(1) << (bits < 63 ? bits : 63);
	uint64_t from = after_hint(leases, &pool->range, size);

	for (uint64_t n = 0; n < size; n++) {
		*address = nth(&pool->range, (from + n) & (size - 1));
		if (lease_unfit(pool, address) || !lease_take(leases, address, owner))
			continue;
		write_hint(leases, address);
		return true;
	}
	return false;
}

char *lease_owner(const struct leases *leases, const char *address)
{
	char owner[PATH_MAX];
	ssize_t length = readlinkat(leases->fd, address, owner, sizeof(owner) - 1);

	if (length < 0 && (errno == ENOENT || errno == EINVAL))
		return NULL;
	if (length < 0)
		fail(leases->dir, "read %s", address);
	owner[length] = '\0';
	return xstrdup(owner);
}

static void give_back(const struct leases *leases, const char *address)
{
	if (unlinkat(leases->fd, address, 0) && errno != ENOENT)
		fail(leases->dir, "give back %s", address);
}

void lease_give_back(const struct leases *leases, const struct cidr *address)
{
	char name[CIDR_TEXT];

	give_back(leases, cidr_address_text(address, name));
}
