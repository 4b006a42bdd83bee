/*
 * How much may come out of an archive that may be a bomb: a few bytes that, decompressed or
 * unpacked, fill the disk.
 */
#ifndef LAYER_LIMIT_H
#define LAYER_LIMIT_H

#include <stdint.h>

struct layer_limit {
	uint64_t size;    /* bytes */
	uint64_t ratio;   /* so many times what was read, beyond LAYER_UNRATED bytes */
	uint64_t entries; /* files of any kind, for file systems run out of these, too */
};

/*
 * The normal ones. No layer that anybody works with comes near the size, or has so many files.
 * Of everyday files gzip makes a third, of zeros alone a thousandth; a million empty files are a
 * few dozen bytes each.
 */
#define LAYER_MAX_SIZE    (256ULL << 30)
#define LAYER_MAX_RATIO   500
#define LAYER_MAX_ENTRIES 10000000
#define LAYER_UNRATED     (1ULL << 30)

/* clang-format off */
#define LAYER_LIMITS {LAYER_MAX_SIZE, LAYER_MAX_RATIO, LAYER_MAX_ENTRIES}

/* For the tables (opt.h) of tools that unpack something. */
#define LAYER_LIMIT_OPTIONS(limit) \
	{"max-entries", 0, "N", "refuse an archive of more files (normal: 10000000)", opt_number, &(limit).entries}, \
	{"max-ratio", 0, "N", "refuse more than 1 GiB and N times its size (normal: 500)", opt_number, &(limit).ratio}, \
	{"max-size", 0, "SIZE", "refuse one that unpacks to more (normal: 256g)", opt_size, &(limit).size}
/* clang-format on */

struct layer_amount {
	uint64_t read;    /* bytes of the blob */
	uint64_t archive; /* bytes of the archive, decompressed */
	uint64_t content; /* bytes in regular files; a hole, too, will be written one day */
	uint64_t files;   /* of any kind, made; each has a block on the disk besides its contents */
};

/* refuse()s, naming the object, what is more. limit: NULL for none. */
void layer_limit_check(const struct layer_limit *limit, const struct layer_amount *amount,
                       const char *object);

#endif
