/*
 * SHA-256: see digest.h.
 *
 * By the old interface of libcrypto: the new one loads a configuration and a provider at first use,
 * which takes longer than most of what is hashed here. The code behind both is the same.
 */
#include "digest.h"

#include <stdio.h>
#include <string.h>

void digest_begin(struct digest *digest)
{
	(void)SHA256_Init(&digest->context); /* none of the three can fail */
}

void digest_add(struct digest *digest, const void *data, size_t length)
{
	(void)SHA256_Update(&digest->context, data, length);
}

void digest_end(struct digest *digest, char text[DIGEST_LENGTH + 1])
{
	unsigned char sum[SHA256_DIGEST_LENGTH];

	(void)SHA256_Final(sum, &digest->context);
	char *at = stpcpy(text, DIGEST_PREFIX);
	for (size_t i = 0; i < sizeof(sum); i++, at += 2)
		(void)snprintf(at, 3, "%02x", sum[i]);
}

void digest_of(const void *data, size_t length, char text[DIGEST_LENGTH + 1])
{
	struct digest digest;

	digest_begin(&digest);
	digest_add(&digest, data, length);
	digest_end(&digest, text);
}

size_t digest_hex_span(const char *text)
{
	return strspn(text, "0123456789abcdef");
}

bool digest_is_valid(const char *text)
{
	size_t prefix = strlen(DIGEST_PREFIX);

	return strncmp(text, DIGEST_PREFIX, prefix) == 0 &&
	       digest_hex_span(text + prefix) == DIGEST_HEX && !text[DIGEST_LENGTH];
}
