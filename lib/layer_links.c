/* Files with several names: see layer_links.h. */
#define _GNU_SOURCE
#include "layer_links.h"

#include "err.h"
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct linked {
	dev_t device;
	ino_t inode;
	char name[];
};

static int compare(const void *a, const void *b)
{
	const struct linked *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return x->inode == y->inode ? 0 : x->inode < y->inode ? -1 : 1;
}

const char *links_note(void **links, const struct stat *st, const char *name)
{
	struct linked *new = xalloc(sizeof(*new) + strlen(name) + 1);

	new->device = st->st_dev;
	new->inode = st->st_ino;
	(void)strcpy(new->name, name);
	struct linked **found = tsearch(new, links, compare);
	if (!found)
		fail(name, "memory");
	if (*found == new)
		return NULL;
	free(new);
	return (*found)->name;
}

void links_free(void *links)
{
	tdestroy(links, free);
}
