/*
 * COPY and ADD of a Dockerfile: files of a context, made in the tree of an image by Docker's rules.
 */
#ifndef CONTEXT_COPY_H
#define CONTEXT_COPY_H

#include "context.h"
#include "context_digest.h"
#include "layer_limit.h"
#include <sys/types.h>

struct copy_to {
	int root;         /* of the image, a descriptor: no path leads out of it */
	const char *path; /* DEST, clean and absolute */
	bool directory;   /* it has to be one */
	bool owned; /* what is made belongs to these, else to whom it belongs in the context */
	uid_t uid;
	gid_t gid;
	const char *mode; /* of all that is copied, as for file_mode_change(); NULL: as it is */
	bool unpack;      /* a source that is a tar archive is unpacked */
	struct context_digest *digest; /* of what is copied; NULL: nobody asks */
	struct layer_limit limit;      /* of what comes out of that */
};

/*
 * Copy the sources. Directories above that are missing are made with mode 755; one that is there
 * keeps what it is like if it is DEST or above, and else gets what the one in the context is like.
 * A file, or link, gives way to a file. What is made stays, also if it fails later on: by fail() or
 * refuse().
 */
void context_copy(const struct context *context, const struct context_sources *sources,
                  const struct copy_to *to);

/*
 * If the file is a tar archive, plain or by gzip, bzip2, xz, zstd, unpack it into DEST, and return
 * true. Owners and modes are those in the archive in any case, as with Docker; the digest gets the
 * bytes of the archive.
 */
bool context_unpack(const struct context_entry *entry, const struct copy_to *to);

#endif
