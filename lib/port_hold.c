/* Holding ports: see port_hold.h. */
#define _GNU_SOURCE
#include "port_hold.h"

#include "err.h"
#include "fd_pass.h"
#include "port_owner.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TRIES = 64 }; /* to find a number that is free in both families */

static socklen_t fill(const struct portspec *spec, struct sockaddr_storage *to)
{
	struct sockaddr_in *four = (struct sockaddr_in *)to;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = (sa_family_t)spec->family;
	if (spec->family == AF_INET) {
		four->sin_port = htons(spec->host_port);
		memcpy(&four->sin_addr, spec->address, sizeof(four->sin_addr));
		return sizeof(*four);
	}
	six->sin6_port = htons(spec->host_port);
	memcpy(&six->sin6_addr, spec->address, sizeof(six->sin6_addr));
	return sizeof(*six);
}

/* The number that it was given; it stands at the same place in both families. */
static int find_number(int fd, uint16_t *number)
{
	struct sockaddr_in6 address;
	socklen_t size = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &size))
		return -1;
	*number = ntohs(address.sin6_port);
	return 0;
}

/*
 * SO_REUSEADDR: connections of before that linger in TIME_WAIT do not take the port; of two who
 * have bound it the first one to listen has it. With UDP it would let both have it, and a number
 * of the kernel's choice is not to be one that lingers.
 */
static int prepare(int fd, const struct portspec *spec)
{
	static struct sock_filter drop[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
	static const struct sock_fprog filter = {.len = 1, .filter = drop};
	const int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)))
		return -1;
	if (spec->family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		return -1;
	if (spec->protocol == IPPROTO_TCP && spec->host_port)
		return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return 0;
}

/* -1 with errno; a number 0 is replaced by the one that was found. */
static int take(struct portspec *spec)
{
	bool tcp = spec->protocol == IPPROTO_TCP;
	struct sockaddr_storage to;
	socklen_t size = fill(spec, &to);
	int fd = socket(spec->family, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (prepare(fd, spec) || bind(fd, (struct sockaddr *)&to, size) || (tcp && listen(fd, 1)) ||
	    (!spec->host_port && find_number(fd, &spec->host_port))) {
		int reason = errno;

		(void)close(fd);
		errno = reason;
		return -1;
	}
	return fd;
}

/* As a SPEC without the port of who gets it. */
static void host_text(const struct portspec *spec, char text[PORTSPEC_TEXT])
{
	char address[PORTSPEC_ADDRESS] = "";

	(void)inet_ntop(spec->family, spec->address, address, sizeof(address));
	(void)snprintf(text, PORTSPEC_TEXT, spec->family == AF_INET6 ? "[%s]:%u/%s" : "%s:%u/%s",
	               address, spec->host_port, portspec_protocol(spec->protocol));
}

static _Noreturn void refuse_port(const struct portspec *spec)
{
	char text[PORTSPEC_TEXT], owner[PORT_OWNER_TEXT];

	int reason = errno;

	host_text(spec, text);
	errno = reason;
	if (errno == EADDRNOTAVAIL)
		fail(text, "the host does not have this address");
	if (errno != EADDRINUSE)
		fail(text, "hold the port");
	if (!spec->host_port)
		refuse(text, "found no port that is free");
	if (!port_owner(spec, owner))
		fail(text, "the port is taken");
	errno = EADDRINUSE;
	fail(text, "the port is taken, by %s", owner);
}

static void add(struct port_hold *hold, const struct portspec *spec, int fd)
{
	hold->at[hold->count++] = (struct port_held){.spec = *spec, .fd = fd};
}

/* A SPEC with an address. False with errno. */
static bool hold_one(struct port_hold *hold, struct portspec *spec)
{
	int fd = take(spec);

	if (fd >= 0)
		add(hold, spec, fd);
	return fd >= 0;
}

/* One without, as both. The number that is free in one family may be taken in the other. False with
   errno and *spec the one of them that could not be held. */
static bool hold_both(struct port_hold *hold, struct portspec *spec)
{
	struct portspec four, six;

	for (int tries = 0; tries < TRIES; tries++) {
		four = six = *spec;
		four.family = AF_INET;
		int fd = take(&four);
		if (fd < 0) {
			*spec = four;
			return false;
		}
		six.family = AF_INET6;
		six.host_port = four.host_port;
		int fd6 = take(&six);
		if (fd6 >= 0 || errno == EAFNOSUPPORT) {
			add(hold, &four, fd);
			if (fd6 >= 0)
				add(hold, &six, fd6);
			return true;
		}
		int reason = errno;
		(void)close(fd);
		errno = reason;
		if (spec->host_port || errno != EADDRINUSE)
			break;
	}
	six.host_port = spec->host_port;
	*spec = six;
	return false;
}

static void hold_spec(struct port_hold *hold, const struct portspec *asked, bool four, bool six)
{
	char text[PORTSPEC_TEXT];
	struct portspec spec = *asked, tried;
	bool both = !spec.family && four && six;

	if (!spec.family && !both)
		spec.family = four ? AF_INET : AF_INET6;
	spec.host_last = 0;
	for (;; spec.host_port++) {
		tried = spec;
		if (both ? hold_both(hold, &tried) : hold_one(hold, &tried))
			return;
		if (errno != EADDRINUSE || spec.host_port >= asked->host_last)
			break;
	}
	if (asked->host_last && errno == EADDRINUSE)
		fail(portspec_text(asked, text), "all of these ports are taken");
	refuse_port(&tried);
}

void port_hold(struct port_hold *hold, const struct portspec *specs, size_t count, bool four,
               bool six)
{
	struct rlimit limit;

	/* The soft limit is for programs that know no better. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	hold->at = xrealloc(hold->at, (hold->count + 2 * count) * sizeof(*hold->at));
	for (size_t i = 0; i < count; i++)
		hold_spec(hold, &specs[i], four, six);
}

void port_hold_give(const struct port_hold *hold, int socket)
{
	int *fds = xalloc((hold->count + 1) * sizeof(*fds));

	for (size_t i = 0; i < hold->count; i++)
		fds[i] = hold->at[i].fd;
	if (fds_send(socket, fds, hold->count))
		fail(NULL, "hand over the ports");
	free(fds);
}

void port_hold_end(struct port_hold *hold)
{
	while (hold->count)
		(void)close(hold->at[--hold->count].fd);
	free(hold->at);
	hold->at = NULL;
}
