/* What verbs of img-store begin with: see imgverbs.h. */
#define _GNU_SOURCE
#include "imgverbs.h"

#include "record.h"
#include <sys/stat.h>

const char *img_root;

void img_open_to_make(struct store *store)
{
	(void)umask(0); /* who may do what depends on the modes, not on who called */
	(void)store_open_images(store, img_root = store_path(img_root), true);
}

void img_open_to_read(struct store *store)
{
	if (store_open_images(store, img_root = store_path(img_root), false))
		store_share(store);
}

void img_open_to_change(struct store *store)
{
	(void)umask(0);
	if (store_open_images(store, img_root = store_path(img_root), false))
		store_lock(store);
}
