/*
 * The layout of `docker save`: manifest.json, a list of images, each with the name of its config,
 * those of its layers' archives, and its tags. See layout_other.h. Source: Docker Image
 * Specification 1.2, "Combined Image JSON + Filesystem Changeset Format".
 */
#define _GNU_SOURCE
#include "layout_other.h"

#include "io.h"
#include "layout.h"
#include <string.h>
#include <sys/stat.h>

static const char file[] = "manifest.json";

static void find_layer(const struct other *other, const char *name, struct other_layer *layer)
{
	struct stat st;
	CLOSED int fd = other_file(other, name, &layer->file);

	if (fd < 0 || fstat(fd, &st))
		fail(xprintf("%s/%s", other->path, name), "open");
	layer->size = (uint64_t)st.st_size;
}

void other_load_docker(const struct other *other, const json_t *entry, struct other_image *image)
{
	const char *config = text_member(entry, "Config");
	json_t *layers = json_object_get(entry, "Layers"), *one;
	size_t i;

	if (!config || !json_is_array(layers))
		refuse(xprintf("%s/%s", other->path, file), "no Config, or no Layers");
	other_read(other, config, &image->config);
	other_take_diff_ids(image, xprintf("%s/%s", other->path, config), json_array_size(layers));
	json_array_foreach(layers, i, one)
	{
		if (!json_is_string(one))
			refuse(xprintf("%s/%s", other->path, file), "Layers[%zu]: not a name", i);
		find_layer(other, json_string_value(one), &image->layers[i]);
	}
}
