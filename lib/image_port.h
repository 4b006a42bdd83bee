/*
 * A port that an image exposes, as a Dockerfile has it: 80, 80/udp, 8000-8010/tcp.
 */
#ifndef IMAGE_PORT_H
#define IMAGE_PORT_H

/* As the config has it, with the protocol, which the caller frees; NULL: it is none. */
char *image_port(const char *text);

#endif
