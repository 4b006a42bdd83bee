/* rtnetlink: see rtnl.h. */
#define _GNU_SOURCE
#include "rtnl.h"

#include "err.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void rtnl_open(struct rtnl *r)
{
	/* Errors in words, without what was asked; dumps of no more than was asked for. */
	static const int wanted[] = {NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK};

	r->socket = nl_open(NETLINK_ROUTE);
	if (r->socket < 0)
		fail("rtnetlink", "open a socket");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (setsockopt(r->socket, SOL_NETLINK, wanted[i], &(int){1}, sizeof(int)))
			fail("rtnetlink", "set a socket's options");
	r->last = NULL;
	r->count = r->sequence = 0;
}

void rtnl_close(struct rtnl *r)
{
	(void)close(r->socket);
}

static char *room_behind(struct rtnl *r)
{
	return r->last ? (char *)r->last + NLMSG_ALIGN(r->last->nlmsg_len) : r->out;
}

struct nlmsghdr *rtnl_request(struct rtnl *r, int type, int flags, size_t header, void *body,
                              const char *format, ...)
{
	enum { LARGEST = 1024 };
	char *at = room_behind(r);
	va_list args;

	if (r->count == RTNL_MOST || at + LARGEST > r->out + sizeof(r->out))
		refuse(NULL, "too many things at once");
	va_start(args, format);
	if (vasprintf(&r->what[r->count], format, args) < 0)
		fail(NULL, "memory");
	va_end(args);
	r->last = nl_begin(at);
	r->last->nlmsg_type = (uint16_t)type;
	r->last->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	if ((flags & NLM_F_DUMP) != NLM_F_DUMP)
		r->last->nlmsg_flags |= NLM_F_ACK;
	r->last->nlmsg_seq = r->sequence + r->count++;
	*(void **)body = nl_put_header(r->last, header);
	return r->last;
}

/* In words, behind what was asked, of which there is the header alone. */
static void note_text(struct rtnl *r, const struct nlmsghdr *message, size_t skip)
{
	const struct nlattr *attr;

	nl_each (attr, message, skip)
		if (nl_type(attr) == NLMSGERR_ATTR_MSG)
			(void)snprintf(r->text, sizeof(r->text), "%s", nl_text(attr));
}

/* The end of one request's answers: of a dump NLMSG_DONE, of the others an acknowledgement. */
static void note_end(struct rtnl *r, const struct nlmsghdr *message)
{
	int error = *(const int *)nl_body(message);
	size_t skip = message->nlmsg_type == NLMSG_DONE ? sizeof(int) : sizeof(struct nlmsgerr);

	if (error >= 0 || r->failed >= 0)
		return;
	r->failed = (int)(message->nlmsg_seq - r->sequence);
	r->why = -error;
	r->text[0] = '\0';
	if (message->nlmsg_flags & NLM_F_ACK_TLVS)
		note_text(r, message, skip);
}

static unsigned int take_answers(struct rtnl *r, const char *buffer, ssize_t got, nl_taker *take,
                                 void *of)
{
	const struct nlmsghdr *message;
	unsigned int ended = 0;

	nl_each_message (message, buffer, got) {
		if (message->nlmsg_seq - r->sequence >= r->count)
			continue;
		/* What changed under a dump may have been left out of it. */
		if (message->nlmsg_flags & NLM_F_DUMP_INTR && r->failed < 0) {
			r->failed = (int)(message->nlmsg_seq - r->sequence);
			r->why = EINTR;
			r->text[0] = '\0';
		}
		if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
			note_end(r, message);
			ended++;
		} else if (take) {
			take(message, of);
		}
	}
	return ended;
}

int rtnl_send(struct rtnl *r, nl_taker *take, void *of)
{
	static char buffer[32 * 1024];
	size_t length = (size_t)(room_behind(r) - r->out);

	r->failed = -1;
	if (r->count && nl_send(r->socket, r->out, length))
		fail("rtnetlink", "send");
	for (unsigned int ended = 0; ended < r->count;) {
		ssize_t got = nl_receive(r->socket, buffer, sizeof(buffer), 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			fail("rtnetlink", "receive");
		ended += take_answers(r, buffer, got, take, of);
	}
	for (unsigned int i = 0; i < r->count; i++)
		if (r->failed != (int)i) {
			free(r->what[i]);
			r->what[i] = NULL;
		}
	r->sequence += r->count;
	r->count = 0;
	r->last = NULL;
	errno = r->why;
	return r->failed < 0 ? 0 : -1;
}

void rtnl_fail(const struct rtnl *r, const char *object)
{
	errno = r->why;
	fail(object, "%s%s%s", r->what[r->failed], *r->text ? ": " : "", r->text);
}

void rtnl_do(struct rtnl *r, nl_taker *take, void *of, const char *object)
{
	if (rtnl_send(r, take, of))
		rtnl_fail(r, object);
}
