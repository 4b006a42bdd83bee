/*
 * seccomp-probe FILTER|- [ARCH:]CALL[,ARG...]...: load a compiled seccomp filter (-: none), then do
 * each system call and print "CALL,ARG... RESULT", one a line; RESULT is ok or the name of an
 * errno.
 *
 * CALL is a name out of the table below, or a number; ARCH i386 or x32 makes it a call of that
 * architecture, by number only. Calls are to be chosen such that the kernel refuses them, or that
 * they do no harm to this one process. Needs no privilege, for it sets no_new_privs.
 */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

struct word {
	const char *name;
	long value;
};

#define CALL(name)                                                                                 \
	{                                                                                          \
#name, SYS_##name                                                                  \
	}
static const struct word calls[] = {
        CALL(acct),
        CALL(add_key),
        CALL(bpf),
        CALL(chroot),
        CALL(clone),
        CALL(clone3),
        CALL(fsopen),
        CALL(getpid),
        CALL(init_module),
        CALL(iopl),
        CALL(io_uring_setup),
        CALL(kcmp),
        CALL(keyctl),
        CALL(kexec_load),
        CALL(mbind),
        CALL(mount),
        CALL(open_by_handle_at),
        CALL(perf_event_open),
        CALL(personality),
        CALL(pivot_root),
        CALL(ptrace),
        CALL(reboot),
        CALL(request_key),
        CALL(setns),
        CALL(settimeofday),
        CALL(socket),
        CALL(swapon),
        CALL(syslog),
        CALL(umount2),
        CALL(unshare),
        CALL(userfaultfd),
        CALL(vhangup),
        {NULL, 0},
};

#define ERROR(name)                                                                                \
	{                                                                                          \
#name, name                                                                        \
	}
static const struct word errors[] = {
        ERROR(EPERM),      ERROR(ENOSYS), ERROR(EINVAL),          ERROR(EFAULT),
        ERROR(EBADF),      ERROR(ENOENT), ERROR(ESRCH),           ERROR(EAFNOSUPPORT),
        ERROR(EACCES),     ERROR(ENODEV), ERROR(ENOTTY),          ERROR(EDOM),
        ERROR(EOPNOTSUPP), ERROR(E2BIG),  ERROR(EPROTONOSUPPORT), {NULL, 0},
};

static void load(const char *file)
{
	size_t bytes;
	FREED char *program = read_file(AT_FDCWD, file, SIZE_MAX / 2, &bytes);

	if (!program)
		fail(file, "read");
	struct sock_fprog prog = {.len = (unsigned short)(bytes / sizeof(struct sock_filter)),
	                          .filter = (struct sock_filter *)(void *)program};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		fail(file, "load");
}

/* By the 32-bit gate, which any x86_64 process may take. */
static long call_i386(long number, const long *args)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("int $0x80"
	                 : "=a"(result)
	                 : "a"(number), "b"(args[0]), "c"(args[1]), "d"(args[2]), "S"(args[3]),
	                   "D"(args[4])
	                 : "memory", "r8", "r9", "r10", "r11");
	return result;
#else
	(void)number, (void)args;
	return -ENOSYS;
#endif
}

static long call(const char *name, const long *args)
{
	long number = -1, result;

	if (strncmp(name, "i386:", 5) == 0)
		return call_i386(strtol(name + 5, NULL, 0), args);
	if (strncmp(name, "x32:", 4) == 0)
		number = strtol(name + 4, NULL, 0) | 0x40000000;
	else if (*name >= '0' && *name <= '9')
		number = strtol(name, NULL, 0);
	for (const struct word *word = calls; number < 0 && word->name; word++)
		if (strcmp(word->name, name) == 0)
			number = word->value;
	if (number < 0)
		refuse(name, "not in the table");
	result = syscall(number, args[0], args[1], args[2], args[3], args[4]);
	return result < 0 ? -errno : result;
}

static void probe(const char *spec)
{
	FREED char *words = xstrdup(spec);
	char *rest = words, *name = strsep(&rest, ",");
	long args[5] = {0};

	for (int i = 0; rest && i < 5; i++)
		args[i] = (long)strtoull(strsep(&rest, ","), NULL, 0);
	long result = call(name, args);
	const struct word *error = errors;
	while (error->name && error->value != -result)
		error++;
	if (result >= 0)
		printf("%s ok\n", spec);
	else if (error->name)
		printf("%s %s\n", spec, error->name);
	else
		printf("%s %ld\n", spec, -result);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		refuse(NULL, "usage: seccomp-probe FILTER|- [ARCH:]CALL[,ARG...]...");
	/* Before the filter, which may deny what stdio does when it first writes. */
	printf("%s", "");
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(argv[1], "-") != 0)
		load(argv[1]);
	for (int i = 2; i < argc; i++)
		probe(argv[i]);
	return 0;
}
