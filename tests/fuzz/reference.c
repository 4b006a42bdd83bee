/* Names of images: what is one stays the same when its text is parsed again. */
#define _GNU_SOURCE
#include "caught.h"

#include "reference.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reference first, again;
	char *text = strndup((const char *)data, size);

	if (text && !reference_parse(text, &first) && *first.tag) {
		if (reference_parse(reference_text(&first), &again))
			abort();
		if (strcmp(first.name, again.name) != 0 || strcmp(first.tag, again.tag) != 0)
			abort();
	}
	free(text);
	return 0;
}
