/*
 * Calls younger than a seccomp profile: a filter that denies what it does not know with EPERM makes
 * programs fail where they would have fallen back to an older call upon ENOSYS. So a filter gets a
 * few instructions in front which say ENOSYS to every call with a number above those it names.
 */
#ifndef SECCOMP_NEWER_H
#define SECCOMP_NEWER_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

struct seccomp_newest {
	uint32_t audit_arch; /* AUDIT_ARCH_…: what seccomp_data.arch says */
	uint32_t call;       /* the highest number that the profile names */
	uint32_t end;        /* from this number on they are of another architecture, as x32's */
};

enum { SECCOMP_NEWER_EACH = 6 }; /* instructions for each architecture */

/*
 * Write the instructions for `count` architectures to `to`, with room for SECCOMP_NEWER_EACH of
 * each; returns how many there are. They go in front of a program: what they do not answer runs on
 * into it. At most 40 architectures, for the jumps of classic BPF are short.
 */
size_t seccomp_newer(struct sock_filter *to, const struct seccomp_newest *of, size_t count);

#endif
