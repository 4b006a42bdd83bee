/*
 * HEALTHCHECK of a Dockerfile, as a config has it. Docker's own: OCI has no word for it.
 */
#ifndef IMAGE_HEALTH_H
#define IMAGE_HEALTH_H

#include <jansson.h>

/*
 * [--interval=D] [--timeout=D] [--start-period=D] [--start-interval=D] [--retries=N] CMD COMMAND,
 * or NONE; durations as 1m30s. Takes the text apart. Returns the object, or NULL and why in *why.
 */
json_t *image_health(char *text, const char **why);

#endif
