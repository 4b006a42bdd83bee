/*
 * Names of images, as Docker and the OCI have them: [DOMAIN[:PORT]/]PATH[:TAG][@DIGEST]. The form
 * kept here is the short one that people type: `busybox:latest`, not docker.io/library/busybox.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "digest.h"

struct reference {
	char name[256];                 /* with its domain, unless that is Docker's own */
	char tag[129];                  /* "" where only a digest was given */
	char digest[DIGEST_LENGTH + 1]; /* of the manifest; or "" */
};

/*
 * Parse a name; without tag and digest the tag is `latest`. NULL, or why it is none.
 * Source: github.com/distribution/reference, the grammar in reference.go.
 */
const char *reference_parse(const char *text, struct reference *reference);

/* Its text, NAME:TAG, or without a tag NAME@DIGEST. There until the next call. */
const char *reference_text(const struct reference *reference);

#endif
