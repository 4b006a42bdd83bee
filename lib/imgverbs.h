/*
 * Verbs of img-store that stand by themselves, with their options; and what all verbs begin with.
 */
#ifndef IMGVERBS_H
#define IMGVERBS_H

#include "layout.h"
#include "opt.h"

/* Of --root; the next three make it absolute. */
extern const char *img_root;

/* Open the store, with what is missing made. It is not locked. */
void img_open_to_make(struct store *store);

/* With a lock that readers share. Where there is no store, there are no images. */
void img_open_to_read(struct store *store);

/* With the lock. */
void img_open_to_change(struct store *store);

extern const struct opt img_cached_options[], img_uncache_options[];
int img_cached(int argc, char **argv);
int img_uncache(int argc, char **argv);
int img_hold(int argc, char **argv);

extern const struct opt img_layers_options[], img_adopt_options[];
int img_contents(int argc, char **argv);
int img_parts(int argc, char **argv);
int img_layers(int argc, char **argv);
int img_adopt(int argc, char **argv);
int img_name(int argc, char **argv);

extern const struct opt img_save_options[], img_history_options[];
int img_save(int argc, char **argv);
int img_pushed(int argc, char **argv);
int img_usage(int argc, char **argv);
int img_history(int argc, char **argv);

#endif
