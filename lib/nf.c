/* nfnetlink: see nf.h. */
#define _GNU_SOURCE
#include "nf.h"

#include "err.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CHANGE_ROOM = 64 * 1024, ANSWER_ROOM = 64 * 1024 };

bool nf_open(struct nf *nf)
{
	memset(nf, 0, sizeof(*nf));
	nf->socket = nl_open(NETLINK_NETFILTER);
	if (nf->socket < 0 && (errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT))
		return false;
	if (nf->socket < 0)
		fail(NULL, "netlink");
	nf->sequence = 1;
	nf->question = 1U << 31;
	return true;
}

/*
 * Who closes the socket waits, for 4 ms and more, until no packet can be on its way by what was
 * deleted. We need not, so a child closes it after us; without a child we wait after all.
 */
static void leave_to_child(int socket)
{
	if (fork() != 0)
		return;
	/* Somebody may wait for the end of the others. */
	(void)syscall(SYS_close_range, 0U, (unsigned int)socket - 1, 0U);
	(void)syscall(SYS_close_range, (unsigned int)socket + 1, ~0U, 0U);
	(void)!chdir("/");
	_exit(0);
}

void nf_close(struct nf *nf)
{
	if (nf->socket >= 0 && nf->deletes)
		leave_to_child(nf->socket);
	if (nf->socket >= 0)
		(void)close(nf->socket);
	free(nf->out);
	*nf = (struct nf){.socket = -1};
}

/* A message with nfnetlink's own header behind netlink's. */
static struct nlmsghdr *put_header(void *at, int type, int flags, uint32_t sequence, int family,
                                   int resource)
{
	struct nlmsghdr *message = nl_begin(at);
	struct nfgenmsg *header = nl_put_header(message, sizeof(*header));

	message->nlmsg_type = (uint16_t)type;
	message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message->nlmsg_seq = sequence;
	header->nfgen_family = (uint8_t)family;
	header->version = NFNETLINK_V0;
	header->res_id = htons((uint16_t)resource);
	return message;
}

static struct nlmsghdr *next_message(struct nf *nf, int type, int flags, int family, int resource)
{
	if (nf->room - nf->used < CHANGE_ROOM) {
		nf->room = nf->room * 2 + 4UL * CHANGE_ROOM; /* what is not used costs nothing */
		nf->out = xrealloc(nf->out, nf->room);
	}
	return put_header(nf->out + nf->used, type, flags, nf->sequence + nf->count, family,
	                  resource);
}

static void end_message(struct nf *nf, const struct nlmsghdr *message)
{
	nf->used += NLMSG_ALIGN(message->nlmsg_len);
	nf->count++;
}

void nf_begin(struct nf *nf, uint32_t generation)
{
	struct nlmsghdr *begin;

	nf->sequence += nf->count;
	nf->used = nf->count = 0;
	begin = next_message(nf, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	if (generation)
		nl_put_u32(begin, NFNL_BATCH_GENID, htonl(generation));
	end_message(nf, begin);
}

struct nlmsghdr *nf_change(struct nf *nf, int type, int flags, int family)
{
	nf->deletes |= type == NFT_MSG_DELTABLE || type == NFT_MSG_DELCHAIN ||
	               type == NFT_MSG_DELRULE || type == NFT_MSG_DELSETELEM;
	return next_message(nf, (NFNL_SUBSYS_NFTABLES << 8) | type, flags, family, 0);
}

void nf_change_end(struct nf *nf, struct nlmsghdr *change)
{
	end_message(nf, change);
}

/*
 * What the kernel has to say of the transaction was all said while it was sent. When it has found
 * more wrong than there was room to tell, ENOBUFS comes first, and then what there was room for.
 */
static int take_errors(struct nf *nf)
{
	char in[16 * 1024];
	int why = 0, lost = 0;

	for (;;) {
		ptrdiff_t got = nl_receive(nf->socket, in, sizeof(in), MSG_DONTWAIT);
		const struct nlmsghdr *at;

		if (got < 0 && errno == ENOBUFS)
			lost = errno;
		else if (got <= 0)
			break;
		nl_each_message (at, in, got) {
			const struct nlmsgerr *error = nl_body(at);

			if (at->nlmsg_type == NLMSG_ERROR && error->error && !why)
				why = -error->error;
		}
	}
	errno = why ? why : lost;
	return errno ? -1 : 0;
}

int nf_commit(struct nf *nf)
{
	int bytes;

	end_message(nf, next_message(nf, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
	bytes = (int)nf->used * 2;
	/*
	 * One message is what a transaction is; the limit is meant for what piles up. Where we are
	 * not to raise it (in a user namespace) it may be enough.
	 */
	if (nf->used > CHANGE_ROOM)
		(void)setsockopt(nf->socket, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
	if (nl_send(nf->socket, nf->out, nf->used))
		return -1;
	return take_errors(nf);
}

/* 1: more are to come, 0: that was all, -1 with errno: so was that, it failed. */
static int take_answers(const struct nf *nf, const char *buffer, size_t got, nl_taker *take,
                        void *to)
{
	const struct nlmsghdr *message;

	nl_each_message (message, buffer, got) {
		const struct nlmsgerr *end = nl_body(message);

		if (message->nlmsg_seq != nf->question)
			continue;
		if (message->nlmsg_flags & NLM_F_DUMP_INTR) {
			errno = EINTR;
			return -1;
		}
		if (message->nlmsg_type == NLMSG_DONE)
			return 0;
		if (message->nlmsg_type == NLMSG_ERROR) {
			errno = -end->error;
			return end->error ? -1 : 0;
		}
		if (take)
			take(message, to);
	}
	return 1;
}

int nf_ask(struct nf *nf, int type, int flags, int family,
           void (*fill)(struct nlmsghdr *question, const void *of), const void *of, nl_taker *take,
           void *to)
{
	static char buffer[ANSWER_ROOM]; /* who takes an answer asks nothing meanwhile */
	struct nlmsghdr *question;
	int more = 1, error;

	if (type >> 8 == 0)
		type |= NFNL_SUBSYS_NFTABLES << 8;
	question = put_header(buffer, type, flags | (flags & NLM_F_DUMP ? 0 : NLM_F_ACK),
	                      ++nf->question, family, 0);
	if (fill)
		fill(question, of);
	if (nl_send(nf->socket, question, question->nlmsg_len))
		more = -1;
	while (more > 0) {
		ptrdiff_t got = nl_receive(nf->socket, buffer, ANSWER_ROOM, 0);

		more = got < 0 ? -1 : take_answers(nf, buffer, (size_t)got, take, to);
	}
	error = errno;
	while (more < 0 && nl_receive(nf->socket, buffer, ANSWER_ROOM, MSG_DONTWAIT) > 0)
		; /* what comes behind an error belongs to no other question */
	errno = error;
	return more < 0 ? -1 : 0;
}

static void take_generation(const struct nlmsghdr *message, void *to)
{
	const struct nlattr *of[NFTA_GEN_MAX + 1];

	nf_attributes(message, of, NFTA_GEN_MAX);
	if (of[NFTA_GEN_ID])
		*(uint32_t *)to = ntohl(nl_u32(of[NFTA_GEN_ID]));
}

uint32_t nf_generation(struct nf *nf)
{
	uint32_t generation = 0;

	(void)nf_ask(nf, NFT_MSG_GETGEN, 0, AF_UNSPEC, NULL, NULL, take_generation, &generation);
	return generation;
}

void nf_attributes(const struct nlmsghdr *message, const struct nlattr **of, uint16_t most)
{
	const struct nlattr *at;

	memset(of, 0, (most + 1UL) * sizeof(const struct nlattr *));
	nl_each (at, message, sizeof(struct nfgenmsg))
		if (nl_type(at) <= most)
			of[nl_type(at)] = at;
}

void nf_nested(const struct nlattr *nest, const struct nlattr **of, uint16_t most)
{
	const struct nlattr *at;

	memset(of, 0, (most + 1UL) * sizeof(const struct nlattr *));
	nl_each_nested (at, nest)
		if (nl_type(at) <= most)
			of[nl_type(at)] = at;
}
