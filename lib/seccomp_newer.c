/* ENOSYS to calls that a profile is too old to know: see seccomp_newer.h. */
#include "seccomp_newer.h"

#include <errno.h>
#include <linux/seccomp.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define JUMP(is, value, yes, no)                                                                   \
	BPF_JUMP(BPF_JMP | BPF_K | (is), (value), (unsigned char)(yes), (unsigned char)(no))

size_t seccomp_newer(struct sock_filter *to, const struct seccomp_newest *of, size_t count)
{
	size_t length = SECCOMP_NEWER_EACH * count;

	for (size_t i = 0; i < count; i++) {
		size_t behind = length - SECCOMP_NEWER_EACH * i; /* from here to the program */
		/* A call that is known leaves at once: these run for every system call. */
		const struct sock_filter each[SECCOMP_NEWER_EACH] = {
		        LOAD(arch),
		        JUMP(BPF_JEQ, of[i].audit_arch, 0, 4),
		        LOAD(nr),
		        JUMP(BPF_JGT, of[i].call, 0, behind - 4),
		        JUMP(BPF_JGE, of[i].end, 1, 0),
		        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		};

		for (size_t j = 0; j < SECCOMP_NEWER_EACH; j++)
			*to++ = each[j];
	}
	return length;
}
