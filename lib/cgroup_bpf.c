/*
 * Device rules in cgroup v2: a program of type BPF_PROG_TYPE_CGROUP_DEVICE, bpf(2). It is given
 * struct bpf_cgroup_dev_ctx and returns 1 where the access is allowed. It is attached to the cgroup
 * and lives as long as that. Programs of the cgroups above are asked too: all must agree.
 */
#define _GNU_SOURCE
#include "cgroup_devices.h"
#include "err.h"
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

enum { ALL_ACCESS = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD };
enum { LONGEST_RULE = 8, HEAD_AND_TAIL = 8, MOST_PROGRAMS = 64 };

/* Registers: the context comes in r1, which is free once all is loaded; r0 is the answer. */
enum {
	ANSWER = BPF_REG_0,
	CONTEXT = BPF_REG_1,
	SCRATCH = BPF_REG_1,
	TYPE = BPF_REG_2,
	ACCESS = BPF_REG_3,
	MAJOR = BPF_REG_4,
	MINOR = BPF_REG_5
};

static struct bpf_insn op(int code, int to, int from, size_t offset, unsigned int constant)
{
	return (struct bpf_insn){.code = (unsigned char)code,
	                         .dst_reg = (unsigned char)to & 15,
	                         .src_reg = (unsigned char)from & 15,
	                         .off = (short)offset,
	                         .imm = (int)constant};
}

static struct bpf_insn load(int to, size_t offset)
{
	return op(BPF_LDX | BPF_MEM | BPF_W, to, CONTEXT, offset, 0);
}

static struct bpf_insn copy(int to, int from)
{
	return op(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
}

static struct bpf_insn compute(int operation, int to, unsigned int constant)
{
	return op(BPF_ALU | operation | BPF_K, to, 0, 0, constant);
}

/* Skip to the end of the rule; the distance is filled in when that is known. */
static struct bpf_insn skip_unless_equal(int reg, unsigned int constant)
{
	return op(BPF_JMP | BPF_JNE | BPF_K, reg, 0, 0, constant);
}

static struct bpf_insn *add_answer(struct bpf_insn *at, unsigned int answer)
{
	*at++ = op(BPF_ALU64 | BPF_MOV | BPF_K, ANSWER, 0, 0, answer);
	*at++ = op(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	return at;
}

static struct bpf_insn *add_rule(struct bpf_insn *at, const struct device_rule *rule)
{
	struct bpf_insn *start = at;

	if (rule->type != 'a')
		*at++ = skip_unless_equal(TYPE, rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK
		                                                  : BPF_DEVCG_DEV_CHAR);
	if (rule->may != ALL_ACCESS) { /* nothing is asked for that the rule does not give */
		*at++ = copy(SCRATCH, ACCESS);
		*at++ = compute(BPF_AND, SCRATCH, ALL_ACCESS & ~rule->may);
		*at++ = skip_unless_equal(SCRATCH, 0);
	}
	if (rule->major >= 0)
		*at++ = skip_unless_equal(MAJOR, (unsigned int)rule->major);
	if (rule->minor >= 0)
		*at++ = skip_unless_equal(MINOR, (unsigned int)rule->minor);
	at = add_answer(at, 1);
	for (struct bpf_insn *insn = start; insn < at; insn++)
		if (insn->code == (BPF_JMP | BPF_JNE | BPF_K))
			insn->off = (short)(at - insn - 1);
	return at;
}

static int load_program(const struct device_rules *rules)
{
	FREED struct bpf_insn *program =
	        xalloc((rules->count * LONGEST_RULE + HEAD_AND_TAIL) * sizeof(*program));
	struct bpf_insn *at = program;
	union bpf_attr attr = {0};

	*at++ = load(TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	*at++ = load(MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	*at++ = load(MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
	*at++ = copy(ACCESS, TYPE);
	*at++ = compute(BPF_AND, TYPE, 0xffff);
	*at++ = compute(BPF_RSH, ACCESS, 16);
	for (size_t i = 0; i < rules->count; i++)
		at = add_rule(at, &rules->at[i]);
	at = add_answer(at, 0);

	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.expected_attach_type = BPF_CGROUP_DEVICE;
	attr.insns = (uintptr_t)program;
	attr.insn_cnt = (unsigned int)(at - program);
	attr.license = (uintptr_t) "";
	(void)strcpy(attr.prog_name, "devices");
	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* Take off the programs that were attached before ours, which is on already: no moment without. */
static int detach(int dir, const unsigned int *ids, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		union bpf_attr get = {.prog_id = ids[i]}, attr = {0};
		CLOSED int program =
		        (int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &get, sizeof(get));

		if (program < 0 && errno == ENOENT)
			continue;
		attr.target_fd = (unsigned int)dir;
		attr.attach_bpf_fd = (unsigned int)program;
		attr.attach_type = BPF_CGROUP_DEVICE;
		if (program < 0 || syscall(SYS_bpf, BPF_PROG_DETACH, &attr, sizeof(attr)))
			return -1;
	}
	return 0;
}

void devices_write_v2(const struct device_rules *rules, int dir, const char *path)
{
	unsigned int ids[MOST_PROGRAMS];
	union bpf_attr before = {0}, attr = {0};
	/* bpf(2) wants a descriptor that is more than a path. */
	CLOSED int cgroup = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLOSED int program = rules->all ? -1 : load_program(rules);

	if (cgroup < 0)
		fail(path, "open the cgroup");
	if (program < 0 && !rules->all)
		fail(path, "devices: load the program");
	before.query.target_fd = (unsigned int)cgroup;
	before.query.attach_type = BPF_CGROUP_DEVICE;
	before.query.prog_ids = (uintptr_t)ids;
	before.query.prog_cnt = MOST_PROGRAMS;
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &before, sizeof(before)))
		fail(path, "devices: look for programs");
	attr.target_fd = (unsigned int)cgroup;
	attr.attach_bpf_fd = (unsigned int)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI; /* a container in it may have rules of its own */
	if (!rules->all && syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)))
		fail(path, "devices: attach the program");
	if (detach(cgroup, ids, before.query.prog_cnt))
		fail(path, "devices: detach the former program");
}
