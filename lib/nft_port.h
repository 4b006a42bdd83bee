/*
 * Published ports as elements of the maps of the table, and back. A map for one address has that in
 * its keys, one for all addresses has not; values are address and port.
 */
#ifndef NFT_PORT_H
#define NFT_PORT_H

#include "nft_set.h"

enum { NFT_PORT_MAPS = 4 };
extern const char *const nft_port_maps[NFT_PORT_MAPS];

/* Which of them a SPEC belongs to. */
const char *nft_port_map(const struct portspec *spec);

/* Its key alone, and all of it. */
struct element nft_port_key(const struct portspec *spec);
struct element nft_port_element(const struct published *port);

/* What an element of that map means. */
struct published nft_port_published(const char *map, const struct element *element);

/*
 * The map `near6`, which makes ::1 reach a port: does that one need it, with which key, with which
 * element? [::] and [::1] share it.
 */
bool nft_port_has_near(const struct portspec *spec);
struct element nft_port_near_key(const struct portspec *spec);
struct element nft_port_near(const struct published *port);

#endif
