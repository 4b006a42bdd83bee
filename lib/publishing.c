/* Publishing ports: see publishing.h. */
#define _GNU_SOURCE
#include "publishing.h"

#include "conntrack.h"
#include "err.h"
#include "io.h"
#include "num.h"
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static const int families[] = {AF_INET, AF_INET6};

static struct portspec parse(const char *text, bool any_free)
{
	struct portspec spec;
	const char *why = portspec_parse(text, any_free, &spec);

	if (why)
		refuse(text, "%s", why);
	return spec;
}

/* The address of this host from which a packet to that one would be sent; family 0: none would. */
static struct cidr find_near(const struct cidr *to)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(1)};
	socklen_t size = sizeof(address);
	struct cidr near = {.family = 0};
	CLOSED int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(&address.sin6_addr, to->at, sizeof(address.sin6_addr));
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, size) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		return near;
	near.family = AF_INET6;
	near.length = 128;
	memcpy(near.at, &address.sin6_addr, sizeof(address.sin6_addr));
	return near;
}

static void parse_to(const struct list *texts, struct cidr to[2])
{
	if (texts->count == 0)
		usage_error("--to is missing");
	for (size_t i = 0; i < texts->count; i++) {
		struct cidr address;

		if (!cidr_parse_address(&address, texts->at[i]))
			usage_error("--to: %s: not an address", texts->at[i]);
		struct cidr *of = &to[address.family == AF_INET6];
		if (of->family)
			usage_error("--to: %s: there is another one of that family", texts->at[i]);
		*of = address;
	}
}

static void add_port(struct ports *into, const char *owner, const struct portspec *spec,
                     const struct cidr *to, const struct cidr *near)
{
	char text[PORTSPEC_TEXT];
	struct published *port;

	for (size_t i = 0; i < into->count; i++) {
		if (!portspec_same(&into->at[i].spec, spec))
			continue;
		if (into->at[i].spec.port == spec->port)
			return;
		refuse(portspec_text(spec, text), "the host's port is given twice");
	}
	port = ports_add(into);
	strncpy(port->owner, owner, sizeof(port->owner) - 1);
	port->spec = *spec;
	port->to = *to;
	port->near = *near;
}

/* As many SPECs as texts; the caller frees. */
static struct portspec *parse_texts(const struct list *texts, bool any_free,
                                    const struct cidr to[2])
{
	struct portspec *specs = xalloc((texts->count + 1) * sizeof(*specs));

	for (size_t i = 0; i < texts->count; i++) {
		specs[i] = parse(texts->at[i], any_free);
		if (specs[i].family && !to[specs[i].family == AF_INET6].family)
			refuse(texts->at[i], "--to has no address of that family");
	}
	return specs;
}

void publishing_parse(struct ports *into, const char *owner, const struct list *texts,
                      const struct list *to, struct port_hold *hold)
{
	struct cidr each[2] = {{.family = 0}, {.family = 0}}, near = {.family = 0};

	parse_to(to, each);
	if (each[1].family)
		near = find_near(&each[1]);
	struct portspec *specs = parse_texts(texts, hold != NULL, each);
	if (hold)
		port_hold(hold, specs, texts->count, each[0].family, each[1].family);
	for (size_t i = 0; hold && i < hold->count; i++) {
		const struct portspec *spec = &hold->at[i].spec;

		add_port(into, owner, spec, &each[spec->family == AF_INET6], &near);
		into->at[into->count - 1].held = true;
	}
	for (size_t i = 0; !hold && i < texts->count; i++)
		for (int j = 0; j < 2; j++) {
			struct portspec spec = specs[i];

			if (!each[j].family || (spec.family && spec.family != families[j]))
				continue;
			spec.family = families[j];
			add_port(into, owner, &spec, &each[j], &near);
		}
	free(specs);
}

struct portspec *publishing_specs(const struct list *texts, size_t *count)
{
	struct portspec *specs = xalloc((texts->count * 2 + 1) * sizeof(*specs));

	*count = 0;
	for (size_t i = 0; i < texts->count; i++) {
		struct portspec spec = parse(texts->at[i], false);

		for (int j = 0; j < 2; j++)
			if (!spec.family || spec.family == families[j]) {
				specs[*count] = spec;
				specs[(*count)++].family = families[j];
			}
	}
	return specs;
}

static struct done {
	const struct firewall *firewall;
	const struct ports *ports;
} done;

static void undo(void *of)
{
	const struct firewall *firewall = ((const struct done *)of)->firewall;
	const struct ports *ports = ((const struct done *)of)->ports;
	struct portspec *specs = xalloc((ports->count + 1) * sizeof(*specs));

	for (size_t i = 0; i < ports->count; i++)
		specs[i] = ports->at[i].spec;
	firewall->unpublish(ports->at[0].owner, specs, ports->count, NULL);
	free(specs);
}

void publishing_do(const struct firewall *firewall, const struct ports *ports, const char *pid)
{
	CLOSED int process = -1;
	uint64_t number;

	if (pid) {
		if (num_parse(pid, INT_MAX, &number) != 0 || number == 0)
			usage_error("--pid: %s: not a process", pid);
		process = (int)syscall(SYS_pidfd_open, (int)number, 0);
		if (process < 0 && errno == ESRCH)
			refuse(pid, "the process is gone");
		if (process < 0)
			fail(pid, "pidfd_open");
	}
	if (ports->count == 0)
		return;
	firewall->publish(ports);
	done = (struct done){firewall, ports};
	on_failure(undo, &done);
	conntrack_forget(ports);

	struct pollfd ended = {.fd = process, .events = POLLIN};

	if (process >= 0 && poll(&ended, 1, 0) == 1)
		refuse(pid, "the process is gone");
}
