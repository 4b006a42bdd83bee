/*
 * A digest of what COPY or ADD would copy, by which a cached step is known again; or of what they
 * have copied, which is another one if the context was changed in between.
 */
#ifndef CONTEXT_DIGEST_H
#define CONTEXT_DIGEST_H

#include "context.h"
#include "digest.h"

/*
 * Of names, types, modes, links, extended attributes, contents, of owners if they are kept; not of
 * times, nor of what belongs to a directory whose contents alone are copied.
 */
struct context_digest {
	struct digest digest;
	bool owners;
	size_t sources; /* begun so far */
	void *links;    /* of this source */
};

/* Of all that would be copied. fail()s and refuse()s as context_walk(). */
void context_digest(const struct context *context, const struct context_sources *sources,
                    bool owners, char text[DIGEST_LENGTH + 1]);

/* The same a piece at a time, in the order of context_walk(). */
void context_digest_begin(struct context_digest *d, bool owners);
void context_digest_source(struct context_digest *d);

/* True: the contents have to come next, unless it is one more name of a file that has come. */
bool context_digest_entry(struct context_digest *d, const struct context_entry *entry);

/* All that is in the file, or what passed the caller. fail()s, naming the object. */
void context_digest_file(struct context_digest *d, int fd, const char *object);
void context_digest_contents(struct context_digest *d, struct digest *contents);

void context_digest_end(struct context_digest *d, char text[DIGEST_LENGTH + 1]);

#endif
