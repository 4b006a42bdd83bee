/*
 * The firewall of nf_tables: one table, `inet mini-docker`. What networks there are is in its sets;
 * see firewall_nft_table.c for the rules over them. Ports are in firewall_nft_ports.c.
 */
#define _GNU_SOURCE
#include "firewall_nft.h"

#include "err.h"
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void nft_open(struct nf *nf)
{
	if (!nf_open(nf))
		fail(NULL, "nf_tables");
}

static void put_table(struct nlmsghdr *message, const void *name)
{
	nl_put_text(message, NFTA_TABLE_NAME, name);
}

bool nft_has_table(struct nf *nf)
{
	int why = errno;
	bool has = nf_ask(nf, NFT_MSG_GETTABLE, 0, NFT_INET, put_table, NFT_TABLE, NULL, NULL) == 0;

	if (!has && errno == EPERM)
		fail(NULL, "nf_tables");
	errno = why;
	return has;
}

static bool usable(void)
{
	struct nf nf;
	bool is = nf_open(&nf) && nf_generation(&nf) != 0;

	if (!is && errno == EPERM)
		fail(NULL, "nf_tables");
	nf_close(&nf);
	return is;
}

static bool used(void)
{
	struct nf nf;
	bool is = nf_open(&nf) && nft_has_table(&nf);

	nf_close(&nf);
	return is;
}

static void take_bridge(const struct element *element, void *to)
{
	char name[BRIDGE_ROOM] = "";

	memcpy(name, element->key, sizeof(name) - 1);
	networks_add(to, name);
}

static void take_internal(const struct element *element, void *to)
{
	struct network *network = networks_find(to, (const char *)element->key);

	if (network)
		network->internal = true;
}

/* The comment of a subnet: its bridge, and how it is written. */
static void take_subnet(const struct element *element, void *to)
{
	char text[OWNER_ROOM];
	char *space = strrchr(memcpy(text, element->comment, sizeof(text)), ' ');
	struct network *network;

	if (!space || element->end)
		return;
	*space = '\0';
	network = networks_find(to, text);
	if (network && network->count < NETWORK_SUBNETS &&
	    cidr_parse(&network->subnets[network->count], space + 1))
		network->count++;
}

static int read_networks(struct nf *nf, struct networks *into)
{
	int result = nft_elements(nf, "bridges", take_bridge, into);

	if (result == 0)
		result = nft_elements(nf, "internal", take_internal, into);
	if (result == 0)
		result = nft_elements(nf, "subnets4", take_subnet, into);
	if (result == 0)
		result = nft_elements(nf, "subnets6", take_subnet, into);
	return result;
}

static void change_name(struct nf *nf, int type, const char *set, const char *bridge)
{
	struct element element = {.key_size = 0};
	char name[BRIDGE_ROOM] = "";

	strncpy(name, bridge, sizeof(name) - 1);
	nft_key(&element, name, sizeof(name));
	if (strcmp(set, "same") == 0)
		nft_key(&element, name, sizeof(name));
	nft_element(nf, type, set, &element);
}

/* An interval is two elements: its first address, and the first behind it. */
static void change_subnet(struct nf *nf, int type, const char *bridge, const struct cidr *subnet)
{
	const char *set = subnet->family == AF_INET ? "subnets4" : "subnets6";
	struct element first = {.key_size = 0}, end = {.end = true};
	struct cidr behind = *subnet;
	char text[CIDR_TEXT], *comment = xprintf("%s %s", bridge, cidr_text(subnet, text));

	strncpy(first.comment, comment, sizeof(first.comment) - 1);
	free(comment);
	nft_key(&first, subnet->at, cidr_bits(subnet) / 8);
	nft_element(nf, type, set, &first);
	for (int bit = (int)subnet->length - 1; bit >= 0; bit--) {
		unsigned char mask = (unsigned char)(0x80 >> bit % 8);

		behind.at[bit / 8] ^= mask;
		if (behind.at[bit / 8] & mask)
			break;
	}
	nft_key(&end, behind.at, cidr_bits(subnet) / 8);
	nft_element(nf, type, set, &end);
}

static void change_network(struct nf *nf, int type, const struct network *network)
{
	change_name(nf, type, "bridges", network->bridge);
	change_name(nf, type, "same", network->bridge);
	if (network->internal)
		change_name(nf, type, "internal", network->bridge);
	for (unsigned int i = 0; i < network->count; i++)
		change_subnet(nf, type, network->bridge, &network->subnets[i]);
}

/*
 * One try: `fill` sees what there is and fills a transaction, which fails when that is no longer
 * true by then.
 */
static int try_change(void (*fill)(struct nf *nf, const struct networks *there, const void *of),
                      const void *of)
{
	struct networks there = {NULL, 0};
	struct nf nf;
	uint32_t generation;
	int result, why;

	nft_open(&nf);
	generation = nf_generation(&nf);
	result = read_networks(&nf, &there);
	if (result == 0) {
		nf_begin(&nf, generation);
		fill(&nf, &there, of);
		result = nf_commit(&nf);
	}
	why = errno;
	nf_close(&nf);
	free(there.at);
	errno = why;
	return result;
}

static void replace(struct nf *nf, const struct networks *there, const void *of)
{
	const struct network *network = of, *old = networks_find(there, network->bridge);

	networks_check(there, network);
	if (old)
		change_network(nf, NFT_MSG_DELSETELEM, old);
	change_network(nf, NFT_MSG_NEWSETELEM, network);
}

static void nft_add(const struct network *network)
{
	for (int tries = 0; tries < NFT_TRIES; tries++) {
		nft_make_table();
		if (try_change(replace, network) == 0)
			return;
		if (errno != ERESTART && errno != EINTR && errno != ENOENT)
			break;
	}
	fail(network->bridge, "table inet mini-docker");
}

static void take_away(struct nf *nf, const struct networks *there, const void *bridge)
{
	const struct network *old = networks_find(there, bridge);

	if (there->count > (old ? 1 : 0)) {
		if (old)
			change_network(nf, NFT_MSG_DELSETELEM, old);
		return;
	}
	struct nlmsghdr *gone = nf_change(nf, NFT_MSG_DELTABLE, 0, NFT_INET);
	put_table(gone, NFT_TABLE);
	nf_change_end(nf, gone);
}

static void nft_remove(const char *bridge)
{
	for (int tries = 0; tries < NFT_TRIES; tries++) {
		if (try_change(take_away, bridge) == 0 || errno == ENOENT)
			return;
		if (errno != ERESTART && errno != EINTR)
			break;
	}
	fail(bridge, "table inet mini-docker");
}

static void nft_networks(struct networks *into)
{
	struct nf nf;

	nft_open(&nf);
	while (read_networks(&nf, into) != 0 && errno != ENOENT) {
		if (errno != EINTR)
			fail(NULL, "table inet mini-docker");
		into->count = 0;
		free(into->at);
		into->at = NULL;
	}
	nf_close(&nf);
}

const struct firewall firewall_nft = {
        .name = "nft",
        .usable = usable,
        .used = used,
        .add = nft_add,
        .remove = nft_remove,
        .networks = nft_networks,
        .publish = nft_publish,
        .unpublish = nft_unpublish,
        .published = nft_published,
};
