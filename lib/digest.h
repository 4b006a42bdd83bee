/*
 * SHA-256 of bytes as they pass, written as OCI's image specification writes digests.
 */
#ifndef DIGEST_H
#define DIGEST_H

#define OPENSSL_SUPPRESS_DEPRECATED /* see digest.c */
#include <openssl/sha.h>
#include <stdbool.h>
#include <stddef.h>

#define DIGEST_PREFIX "sha256:"
enum { DIGEST_HEX = 64, DIGEST_LENGTH = 7 + DIGEST_HEX };

struct digest {
	SHA256_CTX context;
};
void digest_begin(struct digest *digest);
void digest_add(struct digest *digest, const void *data, size_t length);

/* The text: `sha256:` and 64 digits. */
void digest_end(struct digest *digest, char text[DIGEST_LENGTH + 1]);

/* All at once. */
void digest_of(const void *data, size_t length, char text[DIGEST_LENGTH + 1]);

/* Is it `sha256:` with 64 lower-case hexadecimal digits behind? Safe to be part of a path then. */
bool digest_is_valid(const char *text);

/* The number of lower-case hexadecimal digits that text begins with. */
size_t digest_hex_span(const char *text);

#endif
