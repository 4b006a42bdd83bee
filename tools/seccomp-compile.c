/*
 * seccomp-compile: turn a seccomp profile (Docker's JSON) into the BPF program that the kernel
 * runs.
 *
 * The program is an array of struct sock_filter, to be loaded with one seccomp(2) or prctl(2); it
 * goes to standard output or, by way of a temporary name beside it, to a file. Nothing else is
 * changed, and no file is left when anything fails. Needs no privilege.
 *
 * What a profile means is what Docker makes of it: rules can depend on the machine, on the kernel
 * that is running, and on the capabilities that the container is going to have.
 */
#define _GNU_SOURCE
#include "caps.h"
#include "err.h"
#include "io.h"
#include "opt.h"
#include "seccomp_newer.h"
#include "seccomp_profile.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { X32_CALLS = 0x40000000 };

static uint64_t caps;
static bool strict;
static const char *output, *file = "standard input";
static uint32_t machine;

static void add_cap(const struct opt *opt, const char *name)
{
	uint64_t cap;

	if (!caps_find(name, &cap))
		opt_refuse(opt, name, "no such capability");
	caps |= cap;
}

static void opt_caps(const struct opt *opt, const char *arg)
{
	FREED char *list = xstrdup(arg);
	char *rest = list;

	caps = 0;
	for (char *word; (word = strsep(&rest, ","));) {
		if (!strcmp(word, "default"))
			caps |= caps_default;
		else if (strcmp(word, "none") != 0)
			add_cap(opt, word);
	}
}

static void opt_arch(const struct opt *opt, const char *arg)
{
	if (!(machine = seccomp_arch_resolve_name(arg)))
		opt_refuse(opt, arg, "no such architecture");
}

static const struct opt options[] = {
        {"output",                                      'o', "FILE", "write to FILE, in one step", opt_string, &output},
        {"caps",                                       0, "LIST", "the container's: names, default, all, none", opt_caps, NULL},
        {"cap",                                   0, "NAME", "one capability more (repeatable)", add_cap, NULL},
        {"arch",                                             0, "NAME", "for this machine, not the one we run on", opt_arch, NULL},
        {"strict",      0, NULL, "fail on a system call of unknown name", opt_flag, &strict},
        {0},
};

static const struct tool tool = {
        .name = "seccomp-compile",
        .operands = "[FILE]",
        .purpose = "Compile a seccomp profile in Docker's JSON to BPF.",
        .options = options,
        .example = "echo '{\"defaultAction\": \"SCMP_ACT_ALLOW\"}' | seccomp-compile | wc -c",
};

/* What libseccomp returns is an errno, negative. */
static void check(int result, const char *key, const char *what)
{
	if (!result)
		return;
	errno = -result;
	fail(file, "%s: %s", key, what);
}

static scmp_filter_ctx begin(const struct seccomp_profile *profile)
{
	scmp_filter_ctx filter = seccomp_init(profile->default_action);

	if (!filter)
		refuse(file, "defaultAction: not to be had");
	check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "filter", "as binary tree");
	if (machine != seccomp_arch_native())
		check(seccomp_arch_remove(filter, seccomp_arch_native()), "arch", "remove ours");
	for (size_t i = 0; i < profile->arch_count; i++) {
		int result = seccomp_arch_add(filter, profile->arches[i]);

		if (result != -EEXIST)
			check(result, "architecture", "add");
	}
	return filter;
}

static void add(scmp_filter_ctx filter, const struct seccomp_rule *rule, const char *name)
{
	int call = seccomp_syscall_resolve_name(name);
	unsigned int seen = 0;
	bool twice = false;

	if (call == __NR_SCMP_ERROR && strict)
		refuse(file, "%s.names: %s: no such system call", rule->key, name);
	if (call == __NR_SCMP_ERROR)
		return; /* of a newer kernel than libseccomp is: see seccomp_newer.h */
	for (unsigned int i = 0; i < rule->arg_count; i++) {
		twice |= seen >> rule->args[i].arg & 1;
		seen |= 1U << rule->args[i].arg;
	}
	/* libseccomp has no two conditions on one argument. As with Docker, one of all will do
	 * then. */
	for (unsigned int i = 0; twice && i < rule->arg_count; i++)
		check(seccomp_rule_add_array(filter, rule->action, call, 1, rule->args + i),
		      rule->key, name);
	if (!twice)
		check(seccomp_rule_add_array(filter, rule->action, call, rule->arg_count,
		                             rule->args),
		      rule->key, name);
}

static void add_rules(scmp_filter_ctx filter, const struct seccomp_profile *profile)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];

		for (size_t j = 0; j < rule->names.count; j++)
			if (rule->action != profile->default_action) /* libseccomp wants no such */
				add(filter, rule, rule->names.at[j]);
	}
}

/* Find the highest number of a call that the rules name, for one architecture. */
static struct seccomp_newest find_newest(const struct seccomp_profile *profile, uint32_t arch)
{
	struct seccomp_newest newest = {.audit_arch = arch, .end = UINT32_MAX};

	if (arch == SCMP_ARCH_X86_64)
		newest.end = X32_CALLS;
	if (arch == SCMP_ARCH_X32) /* the kernel tells x32 by its numbers alone */
		newest.audit_arch = AUDIT_ARCH_X86_64;
	for (size_t i = 0; i < profile->rule_count; i++)
		for (size_t j = 0; j < profile->rules[i].names.count; j++) {
			int call = seccomp_syscall_resolve_name_arch(arch,
			                                             profile->rules[i].names.at[j]);

			if (call >= 0 && (uint32_t)call > newest.call)
				newest.call = (uint32_t)call;
		}
	return newest;
}

/* A filter that denies what it does not know says ENOSYS to what it is too old to know. */
static size_t make_prologue(const struct seccomp_profile *profile, struct sock_filter *to)
{
	struct seccomp_newest newest[SECCOMP_MOST_ARCHES];
	size_t count = 0;

	if (profile->default_action == SCMP_ACT_ALLOW || profile->default_action == SCMP_ACT_LOG ||
	    profile->default_action == SCMP_ACT_ERRNO(ENOSYS))
		return 0;
	for (size_t i = 0; i < profile->arch_count; i++) {
		newest[count] = find_newest(profile, profile->arches[i]);
		count += newest[count].call != 0;
	}
	return seccomp_newer(to, newest, count);
}

/* The whole program. libseccomp writes only to descriptors, hence a file in memory. */
static char *assemble(scmp_filter_ctx filter, const struct seccomp_profile *profile, size_t *bytes)
{
	struct sock_filter prologue[SECCOMP_MOST_ARCHES * SECCOMP_NEWER_EACH];
	size_t size = make_prologue(profile, prologue) * sizeof(*prologue);
	CLOSED int memory = memfd_create("filter", MFD_CLOEXEC);

	if (memory < 0 || write_all(memory, prologue, size))
		fail(NULL, "a file in memory");
	check(seccomp_export_bpf(filter, memory), "filter", "compile");
	if (lseek(memory, 0, SEEK_SET))
		fail(NULL, "a file in memory");
	char *program = read_all(memory, SIZE_MAX / 2, bytes);
	if (!program)
		fail(NULL, "a file in memory");
	if (*bytes / sizeof(*prologue) > BPF_MAXINSNS)
		refuse(file, "%zu instructions, and the kernel takes %d",
		       *bytes / sizeof(*prologue), BPF_MAXINSNS);
	return program;
}

static void remove_file(void *name)
{
	(void)unlink(name); /* it may not be there yet */
}

/* Whoever reads the file at the same time finds the old program or the new one, both whole. */
static void put(const char *program, size_t bytes)
{
	FREED char *new = output ? xprintf("%s.%d", output, getpid()) : NULL;

	if (!output) {
		if (write_all(STDOUT_FILENO, program, bytes))
			fail("standard output", "write");
		return;
	}
	on_failure(remove_file, new);
	CLOSED int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 || write_all(fd, program, bytes) || rename(new, output))
		fail(output, "write");
	keep_what_is_done();
}

int main(int argc, char **argv)
{
	struct seccomp_profile profile = {0};
	int fd = STDIN_FILENO;
	size_t bytes;

	caps = caps_default;
	machine = seccomp_arch_native();
	int first = opt_parse(&tool, argc, argv);
	if (argc - first > 1)
		usage_error("%s: one operand too many", argv[first + 1]);
	if (first < argc && strcmp(argv[first], "-") != 0) {
		file = argv[first];
		fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			fail(file, "open");
	}
	seccomp_profile_read(&profile, fd, file, machine, caps);
	scmp_filter_ctx filter = begin(&profile);
	add_rules(filter, &profile);
	FREED char *program = assemble(filter, &profile, &bytes);
	put(program, bytes);
	seccomp_release(filter);
	return 0;
}
