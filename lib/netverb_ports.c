/* Verbs of netsetup about published ports: see netverbs.h. */
#define _GNU_SOURCE
#include "conntrack.h"
#include "err.h"
#include "netfact.h"
#include "netverb_firewall.h"
#include "netverbs.h"
#include "publishing.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct list to;
static const char *owner, *pid;
static int hold_fd = -1;

static void opt_owner(const struct opt *opt, const char *arg)
{
	if (!*arg || strlen(arg) >= OWNER_ROOM)
		opt_refuse(opt, arg, "an owner is 1 to 127 bytes");
	owner = arg;
}

/* clang-format off */
const struct opt net_publish_options[] = {
	{"owner", 0, "ID", "whose ports they are", opt_owner, NULL},
	{"to", 0, "ADDRESS", "where they lead; one of IPv4, one of IPv6", opt_list, &to},
	{"pid", 0, "PID", "undo and fail if that process is gone", opt_string, &pid},
	{"hold-fd", 0, "FD", "hold the ports, and send the sockets there", opt_fd, &hold_fd},
	FIREWALL_OPTION,
	{0},
};
const struct opt net_unpublish_options[] = {
	{"owner", 0, "ID", "whose ports they are", opt_owner, NULL},
	FIREWALL_OPTION,
	{0},
};
/* clang-format on */

int net_publish(int argc, char **argv)
{
	struct ports ports = {NULL, 0};
	struct port_hold hold = {NULL, 0};
	struct list specs = {argv, (size_t)argc};
	char text[PORTSPEC_TEXT], key[32];

	if (!owner)
		usage_error("--owner is missing");
	publishing_parse(&ports, owner, &specs, &to, hold_fd >= 0 ? &hold : NULL);
	if (!firewall_asked)
		firewall_asked = firewall_choose();
	publishing_do(firewall_asked, &ports, pid);
	if (hold_fd >= 0)
		port_hold_give(&hold, hold_fd);
	for (size_t i = 0; i < ports.count; i++) {
		(void)snprintf(key, sizeof(key), "port_%zu", i + 1);
		netfact(key, portspec_text(&ports.at[i].spec, text));
	}
	if (ports.count)
		netfact_end();
	opt_finish_stdout();
}

static struct portspec *unpublished;
static size_t unpublished_count;

static void unpublish_from(const struct firewall *each)
{
	struct ports gone = {NULL, 0};

	each->unpublish(owner, unpublished, unpublished_count, &gone);
	conntrack_forget(&gone);
	free(gone.at);
}

void unpublish_all(const char *of)
{
	owner = of;
	each_firewall(unpublish_from);
}

int net_unpublish(int argc, char **argv)
{
	struct list specs = {argv, (size_t)argc};

	if (!owner)
		usage_error("--owner is missing");
	if (argc)
		unpublished = publishing_specs(&specs, &unpublished_count);
	each_firewall(unpublish_from);
	free(unpublished);
	return 0;
}

static void list_ports(const struct firewall *each)
{
	static const char *const keys[] = {"owner", "spec", "to"};
	struct ports ports = {NULL, 0};
	char text[PORTSPEC_TEXT], address[CIDR_TEXT];

	each->published(&ports);
	for (size_t i = 0; i < ports.count; i++)
		tell_record(keys,
		            (const char *const[]){ports.at[i].owner,
		                                  portspec_text(&ports.at[i].spec, text),
		                                  cidr_address_text(&ports.at[i].to, address)},
		            3);
	free(ports.at);
}

int net_published(int argc, char **argv)
{
	(void)argc, (void)argv;
	each_firewall(list_ports);
	opt_finish_stdout();
}
