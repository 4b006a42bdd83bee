/*
 * The environment of a container's command: later values replace earlier ones, what is not set gets
 * a default. Nothing of the caller's gets in.
 */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include "opt.h"

struct environment {
	struct list entries; /* NAME=VALUE */
};

/* A setter for NAME=VALUE; into: struct environment. */
void environment_opt(const struct opt *opt, const char *arg);

/*
 * Put the NUL-ended variables that come from fd before those that the options have set; fd < 0:
 * none. fail()s; refuse()s one without `=`.
 */
void environment_read(struct environment *environment, int fd);

/* Set NAME unless it is set; value NULL: leave it alone. */
void environment_default(struct environment *environment, const char *name, const char *value);

/*
 * The defaults of a command inside: HOSTNAME, that of our UTS namespace; HOME; with a terminal of
 * its own TERM. fail()s.
 */
void environment_inside(struct environment *environment, const char *home, bool terminal);

/* What execve(2) takes, with a PATH in any case; the environment keeps it. */
char **environment_vector(struct environment *environment);

#endif
