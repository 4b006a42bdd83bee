/*
 * Kinds of machines, as the OCI's images name them, and which of several images is for one.
 * Source: OCI image specification, image-index.md; the normal forms of variants are those of
 * containerd (platforms/database.go).
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <jansson.h>
#include <stdbool.h>

struct platform {
	char os[32], architecture[32]; /* linux, amd64 */
	char variant[32];              /* "" where there is only one, as of amd64 and arm64 */
};

/* This machine. fail()s. */
const struct platform *platform_host(void);

/* OS/ARCHITECTURE[/VARIANT], or an architecture alone. False: it is not. */
bool platform_parse(const char *text, struct platform *platform);

/* Its text; there until the next call. */
const char *platform_text(const struct platform *platform);

/*
 * Of the manifests of an index, the one that runs on this: that of its variant, or the best of the
 * older ones, where a newer machine runs what is for an older one. NULL: none.
 */
json_t *platform_choose(const json_t *manifests, const struct platform *wanted);

#endif
