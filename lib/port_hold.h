/*
 * Ports of the host, held: a socket that is bound to the port is a lease of it that the kernel
 * keeps. Nobody else gets the port, whoever asks first has it, and it is free again when the last
 * descriptor of the socket is closed, be it by a kill. What comes to such a socket is dropped: what
 * is sent to the port is meant for somebody to whom it is forwarded before.
 */
#ifndef PORT_HOLD_H
#define PORT_HOLD_H

#include "portspec.h"
#include <stddef.h>

/* One socket, and the SPEC that it stands for: in full, with host address and number. */
struct port_held {
	struct portspec spec;
	int fd;
};

struct port_hold {
	struct port_held
	        *at; /* in the order of the SPECs; of one without host address IPv4 first */
	size_t count;
};

/*
 * Hold what these SPECs say, added to *hold; all or, as it fail()s, nothing. A SPEC without host
 * address is held as 0.0.0.0 if `four`, and as [::] if `six` and the kernel has IPv6. Number 0 is
 * any that is free, the same for both of them; of a range it is the first such. A port that is
 * taken is refused with the SPEC and, as far as can be seen, who has it.
 */
void port_hold(struct port_hold *hold, const struct portspec *specs, size_t count, bool four,
               bool six);

/* Send the sockets through a unix socket, as ns-spawn(1) wants it; ours stay open. fail()s. */
void port_hold_give(const struct port_hold *hold, int socket);

/* Let go of all. */
void port_hold_end(struct port_hold *hold);

#endif
