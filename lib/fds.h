/*
 * Which descriptors are open, for ourselves and for the command that is executed.
 */
#ifndef FDS_H
#define FDS_H

#include "opt.h"

struct fds {
	int *at;
	size_t count;
};

/* An option's setter for a descriptor that is open; into: struct fds. */
void fds_opt(const struct opt *opt, const char *arg);

/* A setter for the number of one that is yet to be opened, from 3 up; into: int. */
void fds_opt_number(const struct opt *opt, const char *arg);

void fds_add(struct fds *fds, int fd);

/*
 * Where 0, 1 or 2 came closed, put something there that is neither read nor written and that exec
 * closes. Otherwise the next pipe takes the number, and an error message goes into that. fail()s.
 */
void fds_reserve(void);

/*
 * Have nothing that is opened from here on get this number, which something else is to have later
 * on; below 0: none. fail()s.
 */
void fds_claim(int fd);

/* Close all but 0, 1, 2 and these; numbers below 0 stand for none. fail()s. */
void fds_close_but(const int *kept, size_t count);

/* Have the command get 0, 1, 2 and these, and nothing else. fail()s. */
void fds_leave(const struct fds *fds);

#endif
