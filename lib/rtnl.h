/*
 * A conversation with the kernel about interfaces, addresses and routes: rtnetlink(7).
 *
 * Requests are gathered and sent in one go, which is one system call for all of them; the kernel
 * carries them out in order, and goes on after one that fails. So what they say must be safe to do
 * after that, or be undone.
 */
#ifndef RTNL_H
#define RTNL_H

#include "netlink.h"
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>

enum { RTNL_ROOM = 16 * 1024, RTNL_MOST = 48 };

struct rtnl {
	int socket;
	struct nlmsghdr *last; /* the request that is being written; NULL: none yet */
	unsigned int sequence; /* of the first that is gathered */
	unsigned int count;    /* how many are */
	char *what[RTNL_MOST]; /* what each does, for errors; ours */
	/* After rtnl_send(): the first that failed. */
	int failed;     /* which, from 0; -1: none */
	int why;        /* errno */
	char text[128]; /* what the kernel says of it; or empty */
	char out[RTNL_ROOM];
};

/* In the network namespace that the caller is in now; it stays in that. fail()s. */
void rtnl_open(struct rtnl *r);
void rtnl_close(struct rtnl *r);

/*
 * Begin one more request: of that type, NLM_F_REQUEST and NLM_F_ACK (but for a dump) are put to the
 * flags; with `header` bytes, zeroed, of the family's own header, which is returned in *body. The
 * attributes are put behind with nl_put() and its like. format: what it does.
 */
struct nlmsghdr *rtnl_request(struct rtnl *r, int type, int flags, size_t header, void *body,
                              const char *format, ...) __attribute__((format(printf, 6, 7)));

/*
 * Send what was gathered and take all answers; `take` gets each message that is none of an error or
 * an end. 0, or -1 with errno of the first that failed, and where and why in r. fail()s when the
 * kernel cannot be spoken to.
 */
int rtnl_send(struct rtnl *r, nl_taker *take, void *of);

/* As rtnl_send(), and fail()s, with what failed of `object`. */
void rtnl_do(struct rtnl *r, nl_taker *take, void *of, const char *object);

/* Say what failed in rtnl_send(). */
_Noreturn void rtnl_fail(const struct rtnl *r, const char *object);

#endif
