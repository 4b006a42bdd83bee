/*
 * A seccomp profile as Docker writes it, read into what libseccomp wants to be told. Rules that do
 * not hold for the container to be are left out, so what is left is unconditional.
 */
#ifndef SECCOMP_PROFILE_H
#define SECCOMP_PROFILE_H

#include "opt.h"
#include <seccomp.h>
#include <stdint.h>

enum { SECCOMP_MOST_ARCHES = 16, SECCOMP_MOST_ARGS = 6 };

struct seccomp_rule {
	struct list names; /* of system calls */
	uint32_t action;   /* SCMP_ACT_… */
	struct scmp_arg_cmp args[SECCOMP_MOST_ARGS];
	unsigned int arg_count;
	char *key; /* where it stands in the file, for messages */
};

struct seccomp_profile {
	uint32_t default_action;
	uint32_t arches[SECCOMP_MOST_ARCHES]; /* SCMP_ARCH_…, the first is the machine's */
	size_t arch_count;
	struct seccomp_rule *rules;
	size_t rule_count;
};

/*
 * Read a profile from fd; file: its name, for messages. machine (SCMP_ARCH_…) and caps say which
 * rules hold; a rule's minKernel is held against the kernel that is running. What the file has
 * wrong is refused with its key. The process keeps the profile to its end.
 */
void seccomp_profile_read(struct seccomp_profile *profile, int fd, const char *file,
                          uint32_t machine, uint64_t caps);

#endif
