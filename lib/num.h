/*
 * Numbers as people write them on a command line, parsed strictly: the whole text or nothing, no
 * sign where none belongs, no overflow. Each returns 0, or -1 with errno EINVAL or ERANGE and the
 * result untouched.
 */
#ifndef NUM_H
#define NUM_H

#include <stdbool.h>
#include <stdint.h>

/* An unsigned decimal number, at most `max`. */
int num_parse(const char *text, uint64_t max, uint64_t *result);

/*
 * Bytes: a number, a decimal fraction allowed, with one of b k m g t p (either case, each with an
 * optional "b" or "ib" behind), powers of 1024 as docker-run(1) has them. `1.5g` is 1610612736.
 */
int num_size(const char *text, uint64_t *bytes);

/* A decimal fraction such as a number of CPUs, in billionths: `1.5` is 1500000000. */
int num_nano(const char *text, uint64_t *nano);

/* A list of numbers and ranges as cpuset(7) has them, `0-3,5`: only checked. */
bool num_is_list(const char *text);

#endif
