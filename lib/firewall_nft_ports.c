/*
 * Published ports in the table of nf_tables: elements of maps, whose comment is the owner. One more
 * costs what the first one did, and is told to the kernel without libnftables.
 */
#define _GNU_SOURCE
#include "firewall_nft.h"

#include "err.h"
#include "nft_port.h"
#include "nft_slots.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void add_port(struct slots *slots, const struct published *port)
{
	struct element element = nft_port_element(port);

	(void)nft_slot_add(slots, nft_port_map(&port->spec), &element, &port->spec);
}

/* Once for [::] and [::1]. */
static void add_near(struct slots *slots, const struct published *port)
{
	struct element element = nft_port_near(port);

	for (size_t i = 0; i < slots->count; i++)
		if (strcmp(slots->at[i].set, "near6") == 0 &&
		    memcmp(slots->at[i].element.key, element.key, sizeof(element.key)) == 0)
			return;
	(void)nft_slot_add(slots, "near6", &element, &port->spec);
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

struct leftover {
	struct slots *slots;
	const struct published *port;
	const char *map;
};

static void take_leftover(const struct element *element, void *to)
{
	const struct leftover *of = to;
	struct published there = nft_port_published(of->map, element);

	if (!portspec_covers(&of->port->spec, &there.spec) ||
	    strcmp(there.owner, of->port->owner) == 0)
		return;
	nft_slot_add(of->slots, of->map, element, &of->port->spec)->what = REMOVE;
}

/*
 * Who holds a port for every address is the only one who does: what others have left of it for
 * single ones would come first. Is there anything of that?
 */
static bool find_leftovers(struct nf *nf, struct slots *slots, const struct ports *ports)
{
	size_t before = slots->count;

	for (size_t i = 0; i < ports->count; i++) {
		const struct published *port = &ports->at[i];
		struct leftover of = {slots, port,
		                      port->spec.family == AF_INET ? "ports4" : "ports6"};
		size_t so_far = slots->count;

		if (!port->held || !portspec_is_wildcard(&port->spec))
			continue;
		while (nft_elements(nf, of.map, take_leftover, &of) != 0 && errno == EINTR)
			slots->count = so_far;
	}
	return slots->count > before;
}

/* For the first `wanted`, and what else is there in their way: see look(). */
static uint32_t look_round(struct nf *nf, struct slots *slots, size_t wanted,
                           const struct ports *ports)
{
	slots->count = wanted;
	uint32_t generation = look(nf, slots, ports->at[0].held);

	(void)find_leftovers(nf, slots, ports);
	return generation;
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
	size_t wanted = slots.count;

	nft_open(&nf);
	if (find_leftovers(&nf, &slots, ports))
		generation = look_round(&nf, &slots, wanted, ports);
	for (int tries = 0; nft_slots_carry_out(&nf, &slots, generation) != 0; tries++) {
		if (errno == ENOENT && !nft_has_table(&nf))
			refuse_no_network();
		if ((errno != EEXIST && errno != ENOENT && errno != ERESTART) || tries == NFT_TRIES)
			fail(ports->at[0].owner, "table inet mini-docker");
		generation = look_round(&nf, &slots, wanted, ports);
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
		(void)nft_slot_add(search->found, search->set, element, NULL);
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
			result = nft_slots_carry_out(&nf, &found, generation);
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
