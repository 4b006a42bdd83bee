/*
 * New images, and names for them. The store is locked, its index changed in memory; store_write()
 * and store_commit() make it so.
 */
#ifndef IMAGE_MAKE_H
#define IMAGE_MAKE_H

#include "image.h"
#include "opt.h"
#include <sys/types.h>

struct image_recipe {
	struct list layers;  /* directories as stage_make() makes them, the lowest layer first */
	struct list names;   /* NAME[:TAG]; may be empty */
	struct list changes; /* Dockerfile instructions for the config: see image_change() */
	const char *message, *created_by, *author; /* for its history; may be NULL */
	const char *base;     /* an image that it is over: layers, config, history; or NULL */
	const char *platform; /* without a base, the machine that it is for; NULL: this one */
	struct list steps;    /* what was done before without a layer, for its history */
	const char *cache; /* the key under which it is kept as a step of a build, too; or NULL */
	/*
	 * Of a container, files of NUL-ended words: its environment, and its command, so many words
	 * of which are the entrypoint. Or NULL. The changes come behind.
	 */
	const char *env_from, *args_from;
	uint64_t entrypoint;
};

/*
 * Make a directory for a layer in the making, layers/.new-…, which belongs to process `owner` and
 * is removed by whoever looks next when that is no more. Returns its path, which the caller frees.
 */
char *stage_make(const struct store *store, pid_t owner);

/* Remove such directories of dead owners. 0, or -1: not all could be, and that was said. */
int stage_clear(const struct store *store);

/* refuse() a path that is none of a directory made so in this store: its parts are to be moved. */
void stage_check(const struct store *store, const char *directory);

/* refuse() what no image can be made of, whatever its layers are, and bring its names into our
 * form. */
void image_check(struct image_recipe *recipe);

/* The form of a name that may be given to an image; refuse()s others. The caller frees it. */
char *image_checked_name(const char *text);

/*
 * Make an image out of layers that are staged: `tree`, `blob`, and `facts` as img-layer told them.
 * They move into the store, or stay where that has the same already, undamaged. The index gets an
 * entry for each of its names, which have been checked; one without a name if there is none and it
 * is no cached step; id receives the digest of its config. fail()s with the store as it was.
 */
void image_make(struct store *store, const struct image_recipe *recipe, char id[DIGEST_LENGTH + 1]);

/*
 * Apply one instruction to the `config` of an image: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK,
 * LABEL, ONBUILD, SHELL, STOPSIGNAL, USER, VOLUME, WORKDIR. refuse()s what is none of these, or is
 * written wrongly.
 */
void image_change(json_t *config, const char *instruction);

/* The same; an error names the place that the instruction is from. */
void image_change_for(json_t *config, const char *instruction, const char *place);

/* Apply the recipe's changes to what an image tells, not to what is kept. */
void image_change_all(struct image *image, const struct image_recipe *recipe);

/*
 * Give the entry this name, which no other has afterwards; or with NULL none: what is a cached step
 * alone becomes an image nevertheless.
 */
void image_name(struct store *store, json_t *entry, const char *name);

#endif
