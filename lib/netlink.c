/* Messages of netlink: see netlink.h. */
#define _GNU_SOURCE
#include "netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int nl_open(int protocol)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
}

int nl_send(int socket, const void *messages, size_t bytes)
{
	return send(socket, messages, bytes, 0) < 0 ? -1 : 0;
}

ptrdiff_t nl_receive(int socket, void *into, size_t room, int flags)
{
	ssize_t got = recv(socket, into, room, flags | MSG_TRUNC);

	if (got <= (ssize_t)room)
		return got;
	errno = ENOSPC;
	return -1;
}

struct nlmsghdr *nl_begin(void *at)
{
	struct nlmsghdr *message = at;

	*message = (struct nlmsghdr){.nlmsg_len = NLMSG_HDRLEN};
	return message;
}

/* The next place, aligned, where the gap is zeroed as well. */
static void *lengthen(struct nlmsghdr *message, size_t bytes)
{
	char *end = (char *)message + message->nlmsg_len;

	memset(end, 0, NLMSG_ALIGN(bytes));
	message->nlmsg_len += (uint32_t)NLMSG_ALIGN(bytes);
	return end;
}

void *nl_put_header(struct nlmsghdr *message, size_t bytes)
{
	return lengthen(message, bytes);
}

void nl_put(struct nlmsghdr *message, int type, size_t bytes, const void *data)
{
	struct nlattr *attr = lengthen(message, NLA_HDRLEN + bytes);

	attr->nla_type = (uint16_t)type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + bytes);
	if (bytes)
		memcpy((char *)attr + NLA_HDRLEN, data, bytes);
}

void nl_put_text(struct nlmsghdr *message, int type, const char *text)
{
	nl_put(message, type, strlen(text) + 1, text);
}

void nl_put_u8(struct nlmsghdr *message, int type, uint8_t number)
{
	nl_put(message, type, sizeof(number), &number);
}

void nl_put_u32(struct nlmsghdr *message, int type, uint32_t number)
{
	nl_put(message, type, sizeof(number), &number);
}

void nl_put_u64(struct nlmsghdr *message, int type, uint64_t number)
{
	nl_put(message, type, sizeof(number), &number);
}

struct nlattr *nl_nest(struct nlmsghdr *message, int type)
{
	struct nlattr *nest = lengthen(message, NLA_HDRLEN);

	nest->nla_type = (uint16_t)(type | NLA_F_NESTED);
	return nest;
}

void nl_nest_end(const struct nlmsghdr *message, struct nlattr *nest)
{
	nest->nla_len = (uint16_t)((const char *)message + message->nlmsg_len - (const char *)nest);
}

const void *nl_body(const struct nlmsghdr *message)
{
	return (const char *)message + NLMSG_HDRLEN;
}

int nl_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

size_t nl_size(const struct nlattr *attr)
{
	return (size_t)attr->nla_len - NLA_HDRLEN;
}

const void *nl_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

const char *nl_text(const struct nlattr *attr)
{
	return nl_data(attr);
}

uint8_t nl_u8(const struct nlattr *attr)
{
	return *(const uint8_t *)nl_data(attr);
}

uint16_t nl_u16(const struct nlattr *attr)
{
	return *(const uint16_t *)nl_data(attr);
}

uint32_t nl_u32(const struct nlattr *attr)
{
	return *(const uint32_t *)nl_data(attr);
}

/* Attributes are aligned to 4 bytes. */
uint64_t nl_u64(const struct nlattr *attr)
{
	uint64_t number;

	memcpy(&number, nl_data(attr), sizeof(number));
	return number;
}

bool nl_has_message(const struct nlmsghdr *message, const char *end)
{
	ptrdiff_t left = end - (const char *)message;

	return left >= NLMSG_HDRLEN && message->nlmsg_len >= NLMSG_HDRLEN &&
	       message->nlmsg_len <= (size_t)left;
}

bool nl_has_attr(const struct nlattr *attr, const char *end)
{
	ptrdiff_t left = end - (const char *)attr;

	return left >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= left;
}

const void *nl_behind(const void *at, size_t bytes)
{
	return (const char *)at + NLMSG_ALIGN(bytes);
}
