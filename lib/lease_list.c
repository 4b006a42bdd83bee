/* All the leases of a directory: see lease.h. */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "lease.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* The next lease, or NULL; what is no address's name is none. */
static const struct dirent *next(const struct leases *leases, DIR *dir, struct cidr *address)
{
	const struct dirent *entry;
	char name[CIDR_TEXT];

	while (errno = 0, (entry = readdir(dir)))
		if (cidr_parse_address(address, entry->d_name) &&
		    !strcmp(cidr_address_text(address, name), entry->d_name))
			return entry;
	if (errno)
		fail(leases->dir, "read");
	return NULL;
}

static DIR *begin(const struct leases *leases)
{
	int fd = openat(leases->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && errno != ENOENT) /* removed meanwhile */
		fail(leases->dir, "read");
	return dir;
}

void leases_free(const struct leases *leases, const char *owner)
{
	DIR *dir = begin(leases);
	const struct dirent *entry;
	struct cidr address;

	while (dir && (entry = next(leases, dir, &address))) {
		FREED char *its = lease_owner(leases, entry->d_name);

		if (its && !strcmp(its, owner))
			lease_give_back(leases, &address);
	}
	if (dir)
		(void)closedir(dir);
}

static int compare(const void *one, const void *other)
{
	const struct cidr *a = &((const struct lease *)one)->address;
	const struct cidr *b = &((const struct lease *)other)->address;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->at, b->at, sizeof(a->at));
}

struct lease *leases_list(const struct leases *leases, size_t *count)
{
	DIR *dir = begin(leases);
	struct lease *list = NULL, lease;
	const struct dirent *entry;

	*count = 0;
	while (dir && (entry = next(leases, dir, &lease.address))) {
		lease.owner = lease_owner(leases, entry->d_name);
		if (!lease.owner)
			continue;
		if ((*count & (*count - 1)) == 0) /* room for twice as many each time it is full */
			list = xrealloc(list, (*count ? 2 * *count : 1) * sizeof(*list));
		list[(*count)++] = lease;
	}
	if (dir)
		(void)closedir(dir);
	if (list)
		qsort(list, *count, sizeof(*list), compare);
	return list;
}
