/*
 * A digest of what COPY or ADD would copy, by which a cached step is known again.
 */
#ifndef CONTEXT_DIGEST_H
#define CONTEXT_DIGEST_H

#include "context.h"
#include "digest.h"

/*
 * Of names, types, modes, links, extended attributes, contents, of owners if they are kept; not of
 * times, nor of what belongs to a directory whose contents alone are copied. fail()s and refuse()s
 * as context_walk().
 */
void context_digest(const struct context *context, const struct context_sources *sources,
                    bool owners, char text[DIGEST_LENGTH + 1]);

#endif
