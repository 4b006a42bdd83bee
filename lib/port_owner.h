/*
 * Who has a port of the host: for a message to somebody who cannot have it. It may be out of date.
 */
#ifndef PORT_OWNER_H
#define PORT_OWNER_H

#include "portspec.h"

enum { PORT_OWNER_TEXT = 128 };

/*
 * Find the socket that is in the way of this SPEC's host address and number, in /proc/net, and
 * whose it is, where that may be seen: "127.0.0.1:8080 of nginx, process 1234". false: nothing was
 * found.
 */
bool port_owner(const struct portspec *spec, char into[PORT_OWNER_TEXT]);

#endif
