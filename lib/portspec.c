/* Published ports as text: see portspec.h. */
#include "portspec.h"

#include "num.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
        {"tcp", IPPROTO_TCP},
        {"udp", IPPROTO_UDP},
};

const char *portspec_protocol(uint8_t protocol)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].number == protocol)
			return protocols[i].name;
	return "?";
}

static const char *parse_protocol(const char *text, struct portspec *spec)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (strcmp(text, protocols[i].name) == 0) {
			spec->protocol = protocols[i].number;
			return NULL;
		}
	return "the protocol is tcp or udp";
}

static const char *parse_address(const char *text, int family, struct portspec *spec)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (inet_pton(family, text, spec->address) != 1)
		return family == AF_INET
		               ? "the host address is no IPv4 address (IPv6: in [brackets])"
		               : "what is in brackets is no IPv6 address";
	if (family == AF_INET6 && memcmp(spec->address, mapped, sizeof(mapped)) == 0)
		return "the host address is an IPv4 address: write it as one";
	if (family == AF_INET ? spec->address[0] >= 224 : spec->address[0] == 0xff)
		return "the host address is no address of one host";
	spec->family = family;
	return NULL;
}

static bool parse_port(const char *text, uint64_t least, uint16_t *port)
{
	uint64_t number;

	if (num_parse(text, UINT16_MAX, &number) != 0 || number < least)
		return false;
	*port = (uint16_t)number;
	return true;
}

/* FIRST-LAST, if both are allowed to be, or one that is. */
static bool parse_host_port(char *text, bool any_free, struct portspec *spec)
{
	char *dash = any_free ? strchr(text, '-') : NULL;

	if (!dash)
		return parse_port(text, any_free ? 0 : 1, &spec->host_port);
	*dash = '\0';
	return parse_port(text, 1, &spec->host_port) &&
	       parse_port(dash + 1, spec->host_port, &spec->host_last);
}

/* The host's address in front, in a copy that is cut up; *rest: where HOSTPORT begins. */
static const char *take_address(char *text, char **rest, struct portspec *spec)
{
	char *end = NULL;
	int family = AF_INET;

	*rest = text;
	if (*text == '[') {
		family = AF_INET6;
		end = strchr(++text, ']');
		if (!end || end[1] != ':')
			return "the host address ends in no `]:'";
		*end++ = '\0';
	} else {
		char *colon = strchr(text, ':');

		if (!colon || !strchr(colon + 1, ':'))
			return NULL;
		end = colon;
	}
	*end = '\0';
	*rest = end + 1;
	return parse_address(text, family, spec);
}

const char *portspec_parse(const char *text, bool any_free, struct portspec *spec)
{
	char copy[PORTSPEC_TEXT], *at, *port, *protocol;
	size_t length = strlen(text);
	const char *why;

	memset(spec, 0, sizeof(*spec));
	if (length >= sizeof(copy))
		return "too long for [HOSTADDR:]HOSTPORT:PORT[/PROTO]";
	memcpy(copy, text, length + 1);
	if ((why = take_address(copy, &at, spec)))
		return why;
	port = strchr(at, ':');
	if (!port || strchr(port + 1, ':'))
		return "not of the form [HOSTADDR:]HOSTPORT:PORT[/PROTO]";
	*port++ = '\0';
	protocol = strchr(port, '/');
	if (protocol)
		*protocol++ = '\0';
	if (!parse_host_port(at, any_free, spec))
		return any_free ? "the host's port is no number from 0 to 65535, nor two as "
		                  "8000-8010"
		                : "the host's port is no number from 1 to 65535";
	if (!parse_port(port, 1, &spec->port))
		return "the port is no number from 1 to 65535";
	return parse_protocol(protocol ? protocol : "tcp", spec);
}

const char *portspec_text(const struct portspec *spec, char text[PORTSPEC_TEXT])
{
	char address[PORTSPEC_ADDRESS] = "", last[8] = "";
	bool six = spec->family == AF_INET6;

	if (spec->host_last)
		snprintf(last, sizeof(last), "-%u", spec->host_last);
	if (spec->family)
		inet_ntop(spec->family, spec->address, address, sizeof(address));
	snprintf(text, PORTSPEC_TEXT, "%s%s%s%u%s:%u/%s", six ? "[" : "", address,
	         six            ? "]:"
	         : spec->family ? ":"
	                        : "",
	         spec->host_port, last, spec->port, portspec_protocol(spec->protocol));
	return text;
}

bool portspec_is_wildcard(const struct portspec *spec)
{
	static const unsigned char zero[16];

	return spec->family && memcmp(spec->address, zero, sizeof(zero)) == 0;
}
