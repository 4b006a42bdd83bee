/* Who has a port: see port_owner.h. */
#define _GNU_SOURCE
#include "port_owner.h"

#include "io.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* A line of /proc/net/tcp and its like, proc(5). */
struct entry {
	int family;
	uint32_t address[4]; /* as it lies in memory */
	unsigned int port, state;
	unsigned long inode;
};
enum { LISTEN = 0x0a, TIME_WAIT = 0x06, MOST = 64 << 20 };

static bool parse(const char *line, struct entry *e)
{
	char address[33];

	memset(e, 0, sizeof(*e));
	if (sscanf(line, " %*d: %32[0-9A-F]:%x %*s %x %*s %*s %*s %*s %*s %lu", address, &e->port,
	           &e->state, &e->inode) != 4)
		return false;
	e->family = strlen(address) == 8 ? AF_INET : AF_INET6;
	for (int i = 0; i < 4 && sscanf(address + (size_t)8 * i, "%8x", &e->address[i]) == 1; i++)
		;
	return true;
}

static bool is_any(const void *address)
{
	static const char zero[16];

	return !memcmp(address, zero, sizeof(zero));
}

/* A socket of IPv6 for every address may be one of IPv4, too. */
static bool is_in_the_way(const struct entry *e, const struct portspec *spec)
{
	if (e->port != spec->host_port)
		return false;
	if (e->family != spec->family)
		return e->family == AF_INET6 && is_any(e->address);
	return is_any(e->address) || is_any(spec->address) ||
	       !memcmp(e->address, spec->address, sizeof(e->address));
}

/* The one that listens, rather than its connections. */
static bool search(const char *name, const struct portspec *spec, struct entry *found)
{
	FREED char *text = read_file(AT_FDCWD, name, MOST, NULL);
	struct entry e;
	bool any = false;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!parse(line, &e) || !is_in_the_way(&e, spec))
			continue;
		if (!any || e.state == LISTEN)
			*found = e;
		any = true;
	}
	return any;
}

static bool has_socket(const char *pid, const char *socket)
{
	char path[64], link[64];
	ssize_t length;
	bool has = false;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	DIR *dir = opendir(path);
	if (!dir)
		return false;
	for (struct dirent *d; !has && (d = readdir(dir));) {
		length = readlinkat(dirfd(dir), d->d_name, link, sizeof(link) - 1);
		if (length > 0) {
			link[length] = '\0';
			has = !strcmp(link, socket);
		}
	}
	(void)closedir(dir);
	return has;
}

/* A process gives itself any name, also one that a terminal would obey. */
static void make_harmless(char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			*text = '?';
}

static void add_process(unsigned long inode, char *into, size_t room)
{
	char socket[40], path[64];
	DIR *dir = opendir("/proc");

	(void)snprintf(socket, sizeof(socket), "socket:[%lu]", inode);
	for (struct dirent *d; dir && (d = readdir(dir));) {
		if (!isdigit((unsigned char)d->d_name[0]) || !has_socket(d->d_name, socket))
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%.20s/comm", d->d_name);
		FREED char *name = read_file(AT_FDCWD, path, sizeof(path), NULL);
		if (name) {
			name[strcspn(name, "\n")] = '\0';
			make_harmless(name);
			(void)snprintf(into, room, " of %s, process %.20s", name, d->d_name);
		}
		break;
	}
	if (dir)
		(void)closedir(dir);
}

bool port_owner(const struct portspec *spec, char into[PORT_OWNER_TEXT])
{
	const char *protocol = portspec_protocol(spec->protocol);
	char name[32], address[INET6_ADDRSTRLEN] = "?";
	struct entry e;
	bool found;

	(void)snprintf(name, sizeof(name), "/proc/net/%s", protocol);
	found = spec->family == AF_INET && search(name, spec, &e);
	if (!found) {
		(void)strcat(name, "6");
		found = search(name, spec, &e);
	}
	if (!found)
		return false;
	(void)inet_ntop(e.family, e.address, address, sizeof(address));
	int length = snprintf(into, PORT_OWNER_TEXT, e.family == AF_INET ? "%s:%u" : "[%s]:%u",
	                      address, e.port);
	if (spec->protocol == IPPROTO_TCP && e.state == TIME_WAIT)
		(void)snprintf(into + length, PORT_OWNER_TEXT - (size_t)length,
		               ", a connection that has ended and lingers");
	else
		add_process(e.inode, into + length, PORT_OWNER_TEXT - (size_t)length);
	return true;
}
