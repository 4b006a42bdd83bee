/*
 * Published ports in the table of nf_tables: elements of maps, whose comment is the owner. One more
 * costs what the first one did, and is told to the kernel without libnftables.
 */
#define _GNU_SOURCE
#include "firewall_nft.h"

#include "err.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* An element that a port needs: in the map for its address, or in that for all addresses. */
struct slot {
	const char *set;
	struct element element;
	const struct portspec *spec;
	enum { ADD, REPLACE, KEEP, REMOVE } what;
};

struct slots {
	struct slot *at;
	size_t count;
};

static const struct {
	const char *name;
	int family;
	bool any; /* the key has no address */
} maps[] = {
        {"any4",   AF_INET,  true },
        {"ports4", AF_INET,  false},
        {"any6",   AF_INET6, true },
        {"ports6", AF_INET6, false},
};
enum { MAPS = sizeof(maps) / sizeof(maps[0]) };

static unsigned int address_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

static const char *map_of(const struct portspec *spec)
{
	return maps[(spec->family == AF_INET ? 0 : 2) + (portspec_is_wildcard(spec) ? 0 : 1)].name;
}

static void put_port_key(struct element *element, const struct portspec *spec, bool any)
{
	uint16_t port = htons(spec->host_port);

	if (!any)
		nft_key(element, spec->address, address_size(spec->family));
	nft_key(element, &spec->protocol, sizeof(spec->protocol));
	nft_key(element, &port, sizeof(port));
}

static void add_slot(struct slots *slots, const char *set, const struct element *element,
                     const struct portspec *spec)
{
	slots->at = xrealloc(slots->at, (slots->count + 1) * sizeof(*slots->at));
	slots->at[slots->count++] = (struct slot){.set = set, .element = *element, .spec = spec};
}

static void add_port(struct slots *slots, const struct published *port)
{
	struct element element = {.key_size = 0};
	uint16_t to = htons(port->spec.port);

	put_port_key(&element, &port->spec, portspec_is_wildcard(&port->spec));
	nft_value(&element, port->to.at, address_size(port->to.family));
	nft_value(&element, &to, sizeof(to));
	memcpy(element.comment, port->owner, sizeof(element.comment));
	add_slot(slots, map_of(&port->spec), &element, &port->spec);
}

static bool reaches_loopback6(const struct portspec *spec)
{
	static const unsigned char one[16] = {[15] = 1};

	return spec->family == AF_INET6 &&
	       (portspec_is_wildcard(spec) || memcmp(spec->address, one, sizeof(one)) == 0);
}

/* [::] and [::1] share what makes ::1 reach a port. */
static void add_near(struct slots *slots, const struct published *port)
{
	struct element element = {.key_size = 0};

	put_port_key(&element, &port->spec, true);
	nft_value(&element, port->near.at, sizeof(port->near.at));
	memcpy(element.comment, port->owner, sizeof(element.comment));
	for (size_t i = 0; i < slots->count; i++)
		if (strcmp(slots->at[i].set, "near6") == 0 &&
		    memcmp(slots->at[i].element.key, element.key, sizeof(element.key)) == 0)
			return;
	add_slot(slots, "near6", &element, &port->spec);
}

/* See what is there in the way of new elements. */
static void look(struct nf *nf, struct slots *slots)
{
	for (size_t i = 0; i < slots->count; i++) {
		struct slot *slot = &slots->at[i];
		struct element there = slot->element;

		slot->what = ADD;
		if (!nft_element_find(nf, slot->set, &there))
			continue;
		if (strcmp(there.comment, slot->element.comment) != 0)
			refuse_taken(slot->spec, there.comment);
		slot->what = memcmp(there.value, slot->element.value, sizeof(there.value)) == 0
		                     ? KEEP
		                     : REPLACE;
	}
}

static int carry_out(struct nf *nf, const struct slots *slots)
{
	nf_begin(nf, 0);
	for (size_t i = 0; i < slots->count; i++) {
		const struct slot *slot = &slots->at[i];

		if (slot->what == REPLACE || slot->what == REMOVE)
			nft_element(nf, NFT_MSG_DELSETELEM, slot->set, &slot->element);
		if (slot->what == REPLACE || slot->what == ADD)
			nft_element(nf, NFT_MSG_NEWSETELEM, slot->set, &slot->element);
	}
	return nf_commit(nf);
}

void nft_publish(const struct ports *ports)
{
	struct slots slots = {NULL, 0};
	struct nf nf;

	for (size_t i = 0; i < ports->count; i++) {
		add_port(&slots, &ports->at[i]);
		if (reaches_loopback6(&ports->at[i].spec) && ports->at[i].near.family)
			add_near(&slots, &ports->at[i]);
	}
	nft_open(&nf);
	for (int tries = 0; carry_out(&nf, &slots) != 0; tries++) {
		if (errno == ENOENT && !nft_has_table(&nf))
			refuse_no_network();
		if ((errno != EEXIST && errno != ENOENT) || tries == NFT_TRIES)
			fail(ports->at[0].owner, "table inet mini-docker");
		look(&nf, &slots);
	}
	nf_close(&nf);
	free(slots.at);
}

struct search {
	const char *owner, *set;
	struct slots *found;
};

static void take_owned(const struct element *element, void *to)
{
	const struct search *search = to;

	if (strcmp(element->comment, search->owner) == 0)
		add_slot(search->found, search->set, element, NULL);
}

/* What the owner has, told by the keys, or by asking for everything. 0, or -1 with errno. */
static int search(struct nf *nf, const char *owner, const struct portspec *specs, size_t count,
                  struct slots *found)
{
	struct search all = {owner, "near6", found};
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		for (int near = 0; near <= reaches_loopback6(&specs[i]); near++) {
			struct element element = {.key_size = 0};

			all.set = near ? "near6" : map_of(&specs[i]);
			put_port_key(&element, &specs[i], near || portspec_is_wildcard(&specs[i]));
			if (nft_element_find(nf, all.set, &element))
				take_owned(&element, &all);
		}
	}
	if (specs)
		return 0;
	result = nft_elements(nf, "near6", take_owned, &all);
	for (size_t i = 0; result == 0 && i < MAPS; i++) {
		all.set = maps[i].name;
		result = nft_elements(nf, all.set, take_owned, &all);
	}
	return result;
}

void nft_unpublish(const char *owner, const struct portspec *specs, size_t count)
{
	struct slots found = {NULL, 0};
	struct nf nf;
	int result;

	nft_open(&nf);
	for (int tries = 0; tries < NFT_TRIES; tries++) {
		found.count = 0;
		result = search(&nf, owner, specs, count, &found);
		for (size_t i = 0; i < found.count; i++)
			found.at[i].what = REMOVE;
		if (result == 0 && found.count)
			result = carry_out(&nf, &found);
		if (result == 0 || (errno == ENOENT && !nft_has_table(&nf)))
			break;
		if ((errno != ENOENT && errno != EINTR) || tries == NFT_TRIES - 1)
			fail(owner, "table inet mini-docker");
	}
	nf_close(&nf);
	free(found.at);
}

struct reader {
	struct ports *into;
	size_t map;
};

static void take_port(const struct element *element, void *to)
{
	const struct reader *reader = to;
	struct published *port = ports_add(reader->into);
	unsigned int size = address_size(maps[reader->map].family);
	const unsigned char *key = element->key;
	uint16_t number;

	memcpy(port->owner, element->comment, sizeof(port->owner));
	port->spec.family = port->to.family = maps[reader->map].family;
	if (!maps[reader->map].any) {
		memcpy(port->spec.address, key, size);
		key += size;
	}
	port->spec.protocol = key[0];
	memcpy(&number, key + 4, sizeof(number));
	port->spec.host_port = ntohs(number);
	memcpy(port->to.at, element->value, size);
	port->to.length = size * 8;
	memcpy(&number, element->value + size, sizeof(number));
	port->spec.port = ntohs(number);
}

void nft_published(struct ports *into)
{
	struct reader reader = {into, 0};
	struct nf nf;

	nft_open(&nf);
	for (; reader.map < MAPS; reader.map++) {
		size_t before = into->count;

		while (nft_elements(&nf, maps[reader.map].name, take_port, &reader) != 0 &&
		       errno != ENOENT) {
			if (errno != EINTR)
				fail(NULL, "table inet mini-docker");
			into->count = before;
		}
	}
	nf_close(&nf);
}
