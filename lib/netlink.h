/*
 * Messages of netlink(7) and their attributes: what rtnl.h and nf.h have in common. It is little
 * enough to be here, so that who sets up a container's network starts without shared libraries.
 *
 * A message is written where there is room for it, which is for its writer to see to; what is put
 * is put behind, and lengthens it. Numbers are as they are in memory: some protocols turn them.
 */
#ifndef NETLINK_H
#define NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void nl_taker(const struct nlmsghdr *message, void *to);

/* A socket of NETLINK_ROUTE or its like. -1 with errno. */
int nl_open(int protocol);
int nl_send(int socket, const void *messages, size_t bytes);
/* Their bytes, or -1 with errno; ENOSPC: there was more than room. */
ptrdiff_t nl_receive(int socket, void *into, size_t room, int flags);

struct nlmsghdr *nl_begin(void *at);
/* Behind that, the protocol's own header, zeroed. */
void *nl_put_header(struct nlmsghdr *message, size_t bytes);
void nl_put(struct nlmsghdr *message, int type, size_t bytes, const void *data);
void nl_put_text(struct nlmsghdr *message, int type, const char *text); /* with its NUL */
void nl_put_u8(struct nlmsghdr *message, int type, uint8_t number);
void nl_put_u32(struct nlmsghdr *message, int type, uint32_t number);
void nl_put_u64(struct nlmsghdr *message, int type, uint64_t number);
/* What is put from here on to the end is in it. */
struct nlattr *nl_nest(struct nlmsghdr *message, int type);
void nl_nest_end(const struct nlmsghdr *message, struct nlattr *nest);

/* What is behind netlink's header. */
const void *nl_body(const struct nlmsghdr *message);
int nl_type(const struct nlattr *attr);
size_t nl_size(const struct nlattr *attr); /* of what it has, in bytes */
const void *nl_data(const struct nlattr *attr);
const char *nl_text(const struct nlattr *attr);
uint8_t nl_u8(const struct nlattr *attr);
uint16_t nl_u16(const struct nlattr *attr);
uint32_t nl_u32(const struct nlattr *attr);
uint64_t nl_u64(const struct nlattr *attr);

/* The messages in so many bytes; the attributes behind a header of so many; those in another. */
#define nl_each_message(message, bytes, size)                                                      \
	for ((message) = (const void *)(bytes);                                                    \
	     nl_has_message(message, (const char *)(bytes) + (size));                              \
	     (message) = nl_behind(message, (message)->nlmsg_len))
#define nl_each(attr, message, header)                                                             \
	for ((attr) = nl_behind(nl_body(message), header);                                         \
	     nl_has_attr(attr, (const char *)(message) + (message)->nlmsg_len);                    \
	     (attr) = nl_behind(attr, (attr)->nla_len))
#define nl_each_nested(attr, nest)                                                                 \
	for ((attr) = nl_data(nest); nl_has_attr(attr, (const char *)(nest) + (nest)->nla_len);    \
	     (attr) = nl_behind(attr, (attr)->nla_len))

/* Is a whole one there, before the end? What is so many bytes behind it, aligned. */
bool nl_has_message(const struct nlmsghdr *message, const char *end);
bool nl_has_attr(const struct nlattr *attr, const char *end);
const void *nl_behind(const void *at, size_t bytes);

#endif
