/* The blobs of an image in another OCI layout, for who fetches them: see layout_other.h. */
#define _GNU_SOURCE
#include "layout_other.h"

#include "io.h"
#include "layout.h"
#include <stdio.h>
#include <string.h>

/* Print its line. True: it is here. */
static bool print_part(const struct other *other, const char *from, const char *kind,
                       const json_t *descriptor)
{
	const char *digest = text_member(descriptor, "digest");
	json_int_t size = json_integer_value(json_object_get(descriptor, "size"));

	if (!digest || !digest_is_valid(digest))
		refuse(xprintf("%s/%s", other->path, from), "%s: not a digest that is known here",
		       digest ?: "none");
	CLOSED int fd = other_file(other, blob_path(digest), NULL);
	printf("%s\t%s\t%" JSON_INTEGER_FORMAT "\t%s\n", kind, digest, size > 0 ? size : 0,
	       fd < 0 ? "missing" : "here");
	return fd >= 0;
}

void other_list_parts(const struct other *other, const char *text, const struct platform *platform)
{
	struct document manifest;
	struct list names;
	const char *from = "index.json";
	const json_t *descriptor = other_entry(other, text, &names);
	json_t *one;
	size_t i;

	if (other->docker)
		refuse(other->path, "not an OCI layout");
	for (int depth = 0; print_part(other, from, "manifest", descriptor); depth++) {
		if (depth == MOST_DEPTH)
			refuse(xprintf("%s/%s", other->path, from),
			       "too many indexes lead to each other");
		other_read_blob(other, from, descriptor, &manifest);
		from = xstrdup(blob_path(manifest.digest));
		if ((one = json_object_get(manifest.value, "config"))) {
			json_t *layers = json_object_get(manifest.value, "layers");

			other_check_layers(xprintf("%s/%s", other->path, from),
			                   json_array_size(layers));
			(void)print_part(other, from, "config", one);
			json_array_foreach(layers, i, one)(void)
			        print_part(other, from, "layer", one);
			return;
		}
		descriptor =
		        platform_choose(json_object_get(manifest.value, "manifests"), platform);
		if (!descriptor)
			refuse(xprintf("%s/%s", other->path, from), "there is no image for %s",
			       platform_text(platform));
	}
}
