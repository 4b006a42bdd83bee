/*
 * OCI's layout, with manifests of the OCI's or Docker's (image-manifest-v2-2), and indexes of such
 * for several kinds of machines: see layout_other.h.
 */
#define _GNU_SOURCE
#include "layout_other.h"

#include "io.h"
#include "layout.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define DOCKER "application/vnd.docker."

/* Blobs are the same whoever describes them, but what they are is called differently. */
static const struct {
	const char *dockers, *ours;
} media_types[] = {
        {DOCKER "image.rootfs.diff.tar",      "application/vnd.oci.image.layer.v1.tar"     },
        {DOCKER "image.rootfs.diff.tar.gzip", "application/vnd.oci.image.layer.v1.tar+gzip"},
        {DOCKER "image.rootfs.diff.tar.zstd", "application/vnd.oci.image.layer.v1.tar+zstd"},
};

static const char *our_type(const char *type)
{
	for (size_t i = 0; type && i < sizeof(media_types) / sizeof(media_types[0]); i++)
		if (!strcmp(type, media_types[i].dockers))
			return media_types[i].ours;
	return type;
}

static void take_layer(const struct other *other, const char *from, const json_t *descriptor,
                       struct other_layer *layer)
{
	json_int_t size = json_integer_value(json_object_get(descriptor, "size"));
	struct stat st;

	layer->digest = text_member(descriptor, "digest");
	if (!layer->digest || !digest_is_valid(layer->digest))
		refuse(from, "%s: not a digest that is known here", layer->digest ?: "none");
	if (size < 0)
		refuse(from, "%s: of a negative size", layer->digest);
	layer->size = (uint64_t)size;
	layer->media_type = our_type(text_member(descriptor, "mediaType"));
	const char *name = xstrdup(blob_path(layer->digest));
	CLOSED int fd = other_file(other, name, &layer->file);
	if (fd < 0 && errno == ENOENT) {
		layer->file = xstrdup(name); /* not fetched: maybe the store has it */
		return;
	}
	if (fd < 0 || fstat(fd, &st))
		fail(xprintf("%s/%s", other->path, name), "open");
	if ((uint64_t)st.st_size != layer->size)
		refuse(xprintf("%s/%s", other->path, name),
		       "has %ju bytes, not the %" PRIu64 " that its manifest says",
		       (uintmax_t)st.st_size, layer->size);
}

/* The manifest that a descriptor leads to: of an index, that for the platform. */
static const json_t *find_manifest(const struct other *other, const json_t *descriptor,
                                   const struct platform *platform, struct document *manifest)
{
	const char *from = "index.json";

	for (int depth = 0; depth < MOST_DEPTH; depth++) {
		other_read_blob(other, from, descriptor, manifest);
		const json_t *several = json_object_get(manifest->value, "manifests");
		if (!several)
			return descriptor;
		from = xstrdup(blob_path(manifest->digest));
		if (!(descriptor = platform_choose(several, platform)))
			refuse(xprintf("%s/%s", other->path, from), "there is no image for %s",
			       platform_text(platform));
	}
	refuse(xprintf("%s/%s", other->path, from), "too many indexes lead to each other");
}

void other_load_oci(const struct other *other, const json_t *descriptor,
                    const struct platform *platform, struct other_image *image)
{
	descriptor = find_manifest(other, descriptor, platform, &image->manifest);
	const char *name = xstrdup(blob_path(image->manifest.digest));
	const char *from = xprintf("%s/%s", other->path, name);
	json_t *manifest = image->manifest.value, *layers = json_object_get(manifest, "layers"),
	       *one;
	size_t i;

	image->media_type = text_member(manifest, "mediaType")
	                            ?: text_member(descriptor, "mediaType") ?: MEDIA_MANIFEST;
	if (!json_is_array(layers))
		refuse(from, "not the manifest of an image: it has no list of layers");
	other_read_blob(other, name, json_object_get(manifest, "config"), &image->config);
	other_take_diff_ids(image, xprintf("%s/%s", other->path, blob_path(image->config.digest)),
	                    json_array_size(layers));
	json_array_foreach(layers, i, one) take_layer(other, from, one, &image->layers[i]);
	/* Not in an OCI layout: other programs do not find it there. Its config stays what it is.
	 */
	if (!strncmp(image->media_type, DOCKER, strlen(DOCKER)))
		image->manifest.text = NULL;
}
