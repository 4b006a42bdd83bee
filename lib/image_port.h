/*
 * Ports that an image exposes, as a Dockerfile has them: 80, 80/udp, 8000-8010/tcp. In a config
 * each is by itself: 80/tcp.
 */
#ifndef IMAGE_PORT_H
#define IMAGE_PORT_H

#include "opt.h"
#include <jansson.h>

/* Add each port of such a text to an object such as ExposedPorts. False: it is none. */
bool image_ports_add(json_t *exposed, const char *text);

/*
 * The members of an object such as ExposedPorts, those in a row as one range, for an image may have
 * thousands. What is no port is as it is there. The caller frees the strings.
 */
struct list image_ports_joined(json_t *exposed);

#endif
