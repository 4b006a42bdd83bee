/* What is known of a layer: see layer_facts.h. */
#include "layer_facts.h"

#include "err.h"
#include <inttypes.h>

void layer_print_facts(FILE *to, const struct layer_facts *facts, const struct layer_counts *counts,
                       bool json)
{
	const char *line = json ? "\"%s\":\"%s\"," : "%s\t%s\n";
	const char *number = json ? ",\"%s\":%" PRIu64 : "%s\t%" PRIu64 "\n";

	if (json)
		(void)fputc('{', to);
	(void)fprintf(to, line, "diff_id", facts->diff_id);
	(void)fprintf(to, line, "digest", facts->digest);
	(void)fprintf(to, json ? "\"%s\":\"%s\"" : line, "media_type", facts->media_type);
	(void)fprintf(to, number, "size", facts->size);
	(void)fprintf(to, number, "tar_size", facts->tar_size);
	if (counts) {
		(void)fprintf(to, number, "content", counts->content);
		(void)fprintf(to, number, "entries", counts->entries);
		if (counts->implied)
			(void)fprintf(to, number, "implied", counts->implied);
	}
	if (json)
		(void)fputs("}\n", to);
	if (fflush(to) || ferror(to))
		fail("facts", "write");
}
