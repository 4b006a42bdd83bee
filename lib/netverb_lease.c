/* Verbs of netsetup about addresses that are lent: see netverbs.h. */
#define _GNU_SOURCE
#include "err.h"
#include "lease.h"
#include "netfact.h"
#include "netverb_firewall.h"
#include "netverbs.h"
#include "subnet.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

static struct list subnets, ranges, excludes, addresses;
static const char *owner;
static bool unpublish;

/* One of what is to be taken. */
enum { MOST = 16 };
static struct want {
	struct lease_pool pool;
	struct cidr address;
	const char *fixed; /* as it was asked for */
	bool ranged, ours; /* ours: taken just now */
} wants[MOST];
static struct leases leases;

static void need_owner(void)
{
	if (!owner || !*owner)
		usage_error("--owner is missing");
}

/* The subnet that an address, or a range, is of: the first that has it and `is_free`. */
static struct want *want_of(const struct cidr *part, bool (*is_free)(const struct want *))
{
	struct want *last = NULL;

	for (size_t i = 0; i < subnets.count; i++) {
		if (!cidr_contains(&wants[i].pool.subnet, part))
			continue;
		if (is_free(&wants[i]))
			return &wants[i];
		last = &wants[i];
	}
	return last;
}

static bool has_no_range(const struct want *want)
{
	return !want->ranged;
}

static bool has_no_address(const struct want *want)
{
	return !want->fixed;
}

static void parse_range(const char *text)
{
	struct cidr range;

	if (!cidr_parse(&range, text))
		refuse(text, "not a range: ADDRESS/LENGTH");
	struct want *want = want_of(&range, has_no_range);
	if (!want)
		refuse(text, "the range is in none of the subnets");
	if (want->ranged)
		refuse(text, "the subnet has another range already");
	want->pool.range = cidr_network(&range);
	want->ranged = true;
}

static void parse_address(const char *text)
{
	struct cidr address;

	if (!cidr_parse_address(&address, text))
		refuse(text, "not an address");
	struct want *want = want_of(&address, has_no_address);
	if (!want)
		refuse(text, "the address is in none of the subnets");
	if (want->fixed)
		refuse(text, "there is another address of the subnet already");
	const char *why = lease_unfit(&want->pool, &address);
	if (why)
		refuse(text, "the address %s", why);
	want->address = address;
	want->fixed = text;
}

static void parse_wants(void)
{
	struct cidr *excluded = xalloc((excludes.count + 1) * sizeof(*excluded));

	if (!subnets.count)
		usage_error("--subnet is missing");
	if (subnets.count > MOST)
		usage_error("--subnet: more than %d", MOST);
	for (size_t i = 0; i < excludes.count; i++)
		if (!cidr_parse_address(&excluded[i], excludes.at[i]))
			refuse(excludes.at[i], "not an address");
	for (size_t i = 0; i < subnets.count; i++) {
		wants[i].pool.subnet = wants[i].pool.range = subnet_parse(subnets.at[i]);
		wants[i].pool.excluded = excluded;
		wants[i].pool.excluded_count = excludes.count;
	}
	for (size_t i = 0; i < ranges.count; i++)
		parse_range(ranges.at[i]);
	for (size_t i = 0; i < addresses.count; i++)
		parse_address(addresses.at[i]);
}

static void undo(void *nothing)
{
	(void)nothing;
	keep_what_is_done();
	for (size_t i = 0; i < subnets.count; i++)
		if (wants[i].ours)
			lease_give_back(&leases, &wants[i].address);
}

/* What its owner has already stays what it is: it was not given back. */
static void take_fixed(struct want *want)
{
	char name[CIDR_TEXT];

	want->ours = lease_take(&leases, &want->address, owner);
	if (want->ours)
		return;
	char *other = lease_owner(&leases, cidr_address_text(&want->address, name));
	if (!other)
		refuse(want->fixed, "the address is in use");
	if (strcmp(other, owner) != 0)
		refuse(want->fixed, "the address is in use by %s", other);
	free(other);
}

static void take(struct want *want)
{
	char text[CIDR_TEXT];

	if (want->fixed) {
		take_fixed(want);
		return;
	}
	want->ours = lease_take_next(&leases, &want->pool, owner, &want->address);
	if (!want->ours)
		refuse(cidr_text(&want->pool.range, text), "no address is free");
}

static void tell(const struct want *want)
{
	struct cidr address = want->address;
	char text[CIDR_TEXT];

	address.length = want->pool.subnet.length;
	if (netfact_json)
		netfact("address", cidr_text(&address, text));
	else if (!netfact_quiet)
		puts(cidr_text(&address, text));
	netfact_end();
}

int net_lease_take(int argc, char **argv)
{
	(void)argc;
	need_owner();
	parse_wants();
	(void)leases_open(&leases, argv[0], LEASE_TAKE);
	on_failure(undo, NULL);
	for (size_t i = 0; i < subnets.count; i++)
		take(&wants[i]);
	/* In a directory that was put aside nobody sees it. */
	if (!leases_stand(&leases))
		refuse(leases.dir, "the directory was removed meanwhile");
	for (size_t i = 0; i < subnets.count; i++)
		tell(&wants[i]);
	opt_finish_stdout();
}

int net_lease_free(int argc, char **argv)
{
	need_owner();
	/* While a port leads to an address that is not to be another's. */
	if (unpublish)
		unpublish_all(owner);
	for (int i = 0; i < argc; i++) {
		if (!leases_open(&leases, argv[i], LEASE_FREE))
			continue;
		leases_free(&leases, owner);
		leases_close(&leases);
	}
	return 0;
}

int net_lease_list(int argc, char **argv)
{
	char text[CIDR_TEXT];
	size_t count = 0;

	(void)argc;
	struct lease *list =
	        leases_open(&leases, argv[0], LEASE_LIST) ? leases_list(&leases, &count) : NULL;
	for (size_t i = 0; i < count && !netfact_quiet; i++) {
		(void)cidr_address_text(&list[i].address, text);
		if (netfact_json) {
			netfact("address", text);
			netfact("owner", list[i].owner);
			netfact_end();
			continue;
		}
		printf("%s\t", text);
		text_field(list[i].owner);
		putchar('\n');
	}
	opt_finish_stdout();
}

/* clang-format off */
const struct opt net_lease_take_options[] = {
	{"owner", 0, "ID", "whose they are to be (required)", opt_string, &owner},
	{"subnet", 0, "NETWORK", "take an address of this (required; repeatable)", opt_list, &subnets},
	{"range", 0, "NETWORK", "only of this part of it", opt_list, &ranges},
	{"exclude", 0, "ADDRESS", "but not this one (repeatable)", opt_list, &excludes},
	{"address", 0, "ADDRESS", "this one, and no other", opt_list, &addresses},
	{0},
};
const struct opt net_lease_free_options[] = {
	{"owner", 0, "ID", "whose they are (required)", opt_string, &owner},
	{"unpublish", 0, NULL, "first take back all ports that it has published", opt_flag, &unpublish},
	FIREWALL_OPTION,
	{0},
};
/* clang-format on */
