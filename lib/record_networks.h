/*
 * The networks of a container, as docker-ps(1) has them: those that its record names, whether it
 * runs or not, or none, or host.
 */
#ifndef RECORD_NETWORKS_H
#define RECORD_NETWORKS_H

#include "record.h"

/* To the row, with commas between. */
void put_networks(const struct record *record);

/* By its name, or, of one that runs, by the beginning of the network's id. */
bool match_network(const struct record *record, const char *value);

#endif
