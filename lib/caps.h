/*
 * Capabilities by name, and giving up the rest: capabilities(7).
 */
#ifndef CAPS_H
#define CAPS_H

#include <stdbool.h>
#include <stdint.h>

#define CAPS_ALL (~UINT64_C(0))

/* What Docker leaves a container by default, fourteen of them. */
extern const uint64_t caps_default;

/*
 * Find a capability by name, in either case, with or without CAP_; `ALL` is all of them. false:
 * there is none of that name.
 */
bool caps_find(const char *name, uint64_t *caps);

/* refuse() unless the caller has all of these itself. */
void caps_require(uint64_t caps);

/*
 * Take all but `caps` out of the bounding set: no program run later on can have them. Capabilities
 * that the kernel does not know, or that the caller itself lacks, are left out. fail()s.
 */
void caps_bound(uint64_t caps);

/*
 * Leave the thread with `caps` as permitted and effective set, none inheritable, none ambient. What
 * the bounding set or the caller's own lack is left out. fail()s.
 */
void caps_set(uint64_t caps);

#endif
