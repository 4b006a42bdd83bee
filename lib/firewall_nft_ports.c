/*
 * Published ports in the table of nf_tables: elements of maps, whose comment is the owner. One more
 * costs what the first one did, and is told to the kernel without libnftables.
 */
#define _GNU_SOURCE
#include "firewall_nft.h"

#include "err.h"
#include "nft_port.h"
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

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

static void add_slot(struct slots *slots, const char *set, const struct element *element,
                     const struct portspec *spec)
{
	slots->at = xrealloc(slots->at, (slots->count + 1) * sizeof(*slots->at));
	slots->at[slots->count++] = (struct slot){.set = set, .element = *element, .spec = spec};
}

static void add_port(struct slots *slots, const struct published *port)
{
	struct element element = nft_port_element(port);

	add_slot(slots, nft_port_map(&port->spec), &element, &port->spec);
}

/* Once for [::] and [::1]. */
static void add_near(struct slots *slots, const struct published *port)
{
	struct element element = nft_port_near(port);

	for (size_t i = 0; i < slots->count; i++)
		if (strcmp(slots->at[i].set, "near6") == 0 &&
		    memcmp(slots->at[i].element.key, element.key, sizeof(element.key)) == 0)
			return;
	add_slot(slots, "near6", &element, &port->spec);
}

/*
 * See what is there in the way of new elements. Returns the generation of which that is true.
 */
static uint32_t look(struct nf *nf, struct slots *slots, bool held)
{
	uint32_t generation = nf_generation(nf);

	for (size_t i = 0; i < slots->count; i++) {
		struct slot *slot = &slots->at[i];
		struct element there = slot->element;

		slot->what = ADD;
		if (!nft_element_find(nf, slot->set, &there))
			continue;
		bool ours = strcmp(there.comment, slot->element.comment) == 0;
		if (!ours && !held)
			refuse_taken(slot->spec, there.comment);
		slot->what =
		        ours && memcmp(there.value, slot->element.value, sizeof(there.value)) == 0
		                ? KEEP
		                : REPLACE;
	}
	return generation;
}

/*
 * An element is deleted by its key, whoever has it by then: so who deletes tells of which
 * generation it knows that it is the owner's. 0: who does not.
 */
static int carry_out(struct nf *nf, const struct slots *slots, uint32_t generation)
{
	nf_begin(nf, generation);
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
	uint32_t generation = 0;
	struct nf nf;

	for (size_t i = 0; i < ports->count; i++) {
		add_port(&slots, &ports->at[i]);
		if (nft_port_has_near(&ports->at[i].spec) && ports->at[i].near.family)
			add_near(&slots, &ports->at[i]);
	}
	nft_open(&nf);
	for (int tries = 0; carry_out(&nf, &slots, generation) != 0; tries++) {
		if (errno == ENOENT && !nft_has_table(&nf))
			refuse_no_network();
		if ((errno != EEXIST && errno != ENOENT && errno != ERESTART) || tries == NFT_TRIES)
			fail(ports->at[0].owner, "table inet mini-docker");
		generation = look(&nf, &slots, ports->at[0].held);
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

	for (size_t i = 0; i < count; i++)
		for (int near = 0; near <= nft_port_has_near(&specs[i]); near++) {
			struct element element =
			        near ? nft_port_near_key(&specs[i]) : nft_port_key(&specs[i]);

			all.set = near ? "near6" : nft_port_map(&specs[i]);
			if (nft_element_find(nf, all.set, &element))
				take_owned(&element, &all);
		}
	if (specs)
		return 0;
	result = nft_elements(nf, "near6", take_owned, &all);
	for (size_t i = 0; result == 0 && i < NFT_PORT_MAPS; i++) {
		all.set = nft_port_maps[i];
		result = nft_elements(nf, all.set, take_owned, &all);
	}
	return result;
}

static void tell_gone(const struct slots *found, struct ports *gone)
{
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->at[i].set, "near6") != 0)
			*ports_add(gone) =
			        nft_port_published(found->at[i].set, &found->at[i].element);
}

void nft_unpublish(const char *owner, const struct portspec *specs, size_t count,
                   struct ports *gone)
{
	struct slots found = {NULL, 0};
	uint32_t generation;
	struct nf nf;
	int result;

	nft_open(&nf);
	for (int tries = 0; tries < NFT_TRIES; tries++) {
		found.count = 0;
		generation = nf_generation(&nf);
		result = search(&nf, owner, specs, count, &found);
		for (size_t i = 0; i < found.count; i++)
			found.at[i].what = REMOVE;
		if (result == 0 && found.count)
			result = carry_out(&nf, &found, generation);
		if (result == 0 || (errno == ENOENT && !nft_has_table(&nf)))
			break;
		if ((errno != ENOENT && errno != EINTR && errno != ERESTART) ||
		    tries == NFT_TRIES - 1)
			fail(owner, "table inet mini-docker");
	}
	nf_close(&nf);
	if (gone)
		tell_gone(&found, gone);
	free(found.at);
}

struct reader {
	struct ports *into;
	const char *map;
};

static void take_port(const struct element *element, void *to)
{
	const struct reader *reader = to;

	*ports_add(reader->into) = nft_port_published(reader->map, element);
}

void nft_published(struct ports *into)
{
	struct nf nf;

	nft_open(&nf);
	for (size_t i = 0; i < NFT_PORT_MAPS; i++) {
		struct reader reader = {into, nft_port_maps[i]};
		size_t before = into->count;

		while (nft_elements(&nf, reader.map, take_port, &reader) != 0 && errno != ENOENT) {
			if (errno != EINTR)
				fail(NULL, "table inet mini-docker");
			into->count = before;
		}
	}
	nf_close(&nf);
}
