/* Docker's seccomp profiles: see seccomp_profile.h. */
#define _GNU_SOURCE
#include "seccomp_profile.h"

#include "caps.h"
#include "err.h"
#include "json_place.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

struct word {
	const char *name;
	uint32_t value;
};

/* Two of them take an errno in their lower half. Nobody would listen to SCMP_ACT_NOTIFY. */
static const struct word actions[] = {
        {"SCMP_ACT_ALLOW",        SCMP_ACT_ALLOW       },
        {"SCMP_ACT_ERRNO",        SCMP_ACT_ERRNO(0)    },
        {"SCMP_ACT_KILL",         SCMP_ACT_KILL_THREAD },
        {"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
        {"SCMP_ACT_KILL_THREAD",  SCMP_ACT_KILL_THREAD },
        {"SCMP_ACT_LOG",          SCMP_ACT_LOG         },
        {"SCMP_ACT_TRACE",        SCMP_ACT_TRACE(0)    },
        {"SCMP_ACT_TRAP",         SCMP_ACT_TRAP        },
        {NULL,                    0                    },
};

static const struct word operators[] = {
        {"SCMP_CMP_EQ",        SCMP_CMP_EQ       },
        {"SCMP_CMP_GE",        SCMP_CMP_GE       },
        {"SCMP_CMP_GT",        SCMP_CMP_GT       },
        {"SCMP_CMP_LE",        SCMP_CMP_LE       },
        {"SCMP_CMP_LT",        SCMP_CMP_LT       },
        {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
        {"SCMP_CMP_NE",        SCMP_CMP_NE       },
        {NULL,                 0                 },
};

/* What the conditions of a rule call the machines. */
static const struct word machines[] = {
        {"amd64",    SCMP_ARCH_X86_64  },
        {"arm",      SCMP_ARCH_ARM     },
        {"arm64",    SCMP_ARCH_AARCH64 },
        {"mips64",   SCMP_ARCH_MIPS64  },
        {"mipsel64", SCMP_ARCH_MIPSEL64},
        {"ppc64le",  SCMP_ARCH_PPC64LE },
        {"riscv64",  SCMP_ARCH_RISCV64 },
        {"s390x",    SCMP_ARCH_S390X   },
        {"x86",      SCMP_ARCH_X86     },
        {NULL,       0                 },
};

/* Whom the profile is for. */
static uint32_t machine;
static uint64_t caps;

static const struct word *find(const struct word *table, const char *name)
{
	while (table->name && strcmp(table->name, name) != 0)
		table++;
	return table->name ? table : NULL;
}

static uint32_t read_word(const struct word *table, const struct place *of, const char *key)
{
	struct place place = place_member(of, key, JSON_STRING);

	if (!place.value)
		place_refuse(&place, "missing");
	const struct word *word = find(table, place_string(&place));
	if (!word)
		place_refuse(&place, "%s: unknown", place_string(&place));
	return word->value;
}

static uint32_t read_action(const struct place *of, const char *key, const char *errno_key)
{
	uint32_t action = read_word(actions, of, key);
	uint32_t number = (uint32_t)place_number(of, errno_key, 4095, EPERM);

	return action == SCMP_ACT_ERRNO(0) || action == SCMP_ACT_TRACE(0) ? action | number
	                                                                  : action;
}

static bool is_held(const char *name)
{
	uint64_t cap;

	return caps_find(name, &cap) && (caps & cap) == cap;
}

static bool is_machine(const char *name)
{
	const struct word *word = find(machines, name);

	return word && word->value == machine;
}

/* Is the kernel that is running of this version, or newer? */
static bool is_reached(const struct place *version)
{
	unsigned int want[2], have[2];
	struct utsname kernel;

	if (sscanf(place_string(version), "%u.%u", &want[0], &want[1]) != 2)
		place_refuse(version, "%s: not a version", place_string(version));
	if (uname(&kernel) || sscanf(kernel.release, "%u.%u", &have[0], &have[1]) != 2)
		fail(NULL, "find the version of the kernel");
	return have[0] > want[0] || (have[0] == want[0] && have[1] >= want[1]);
}

/* How many of the names in a list are such? */
static size_t count(const struct place *list, bool (*is)(const char *name))
{
	size_t yes = 0;

	for (size_t i = 0; i < place_count(list); i++) {
		struct place name = place_element(list, i, JSON_STRING);

		yes += is(place_string(&name));
	}
	return yes;
}

/* includes wants one of its machines, but all of its capabilities; excludes takes one of any. */
static bool holds(const struct place *rule)
{
	static const char *const keys[] = {"includes", "excludes"};

	for (int out = 0; out < 2; out++) {
		struct place when = place_member(rule, keys[out], JSON_OBJECT);
		struct place names = place_member(&when, "arches", JSON_ARRAY);
		struct place needs = place_member(&when, "caps", JSON_ARRAY);
		struct place least = place_member(&when, "minKernel", JSON_STRING);
		size_t here = count(&names, is_machine), has = count(&needs, is_held);
		bool reached = least.value && is_reached(&least);

		if (out && (here || has || reached))
			return false;
		if (!out && ((place_count(&names) && !here) || has < place_count(&needs) ||
		             (least.value && !reached)))
			return false;
	}
	return true;
}

static void read_args(struct seccomp_rule *rule, const struct place *from)
{
	struct place args = place_member(from, "args", JSON_ARRAY);

	if (place_count(&args) > SECCOMP_MOST_ARGS)
		place_refuse(&args, "more than %d", SECCOMP_MOST_ARGS);
	for (rule->arg_count = 0; rule->arg_count < place_count(&args); rule->arg_count++) {
		struct place arg = place_element(&args, rule->arg_count, JSON_OBJECT);

		rule->args[rule->arg_count] = (struct scmp_arg_cmp){
		        .arg = (unsigned)place_number(&arg, "index", SECCOMP_MOST_ARGS - 1, 0),
		        .op = (enum scmp_compare)read_word(operators, &arg, "op"),
		        .datum_a = place_number(&arg, "value", INT64_MAX, 0),
		        .datum_b = place_number(&arg, "valueTwo", INT64_MAX, 0),
		};
	}
}

static void read_rule(struct seccomp_rule *rule, const struct place *from)
{
	struct place names = place_member(from, "names", JSON_ARRAY);
	struct place one = place_member(from, "name", JSON_STRING);

	if (!names.value == !one.value)
		place_refuse(&names, one.value ? "there is a name as well" : "missing");
	memset(rule, 0, sizeof(*rule)); /* one that did not hold may have been here */
	rule->key = xstrdup(from->path);
	rule->action = read_action(from, "action", "errnoRet");
	read_args(rule, from);
	if (one.value)
		list_add(&rule->names, xstrdup(place_string(&one)));
	for (size_t i = 0; i < place_count(&names); i++) {
		struct place name = place_element(&names, i, JSON_STRING);

		list_add(&rule->names, xstrdup(place_string(&name)));
	}
}

/* SCMP_ARCH_X86_64 is what libseccomp calls x86_64. 0: it knows none of that name. */
static uint32_t find_arch(const struct place *name)
{
	const char prefix[] = "SCMP_ARCH_", *rest = place_string(name) + sizeof(prefix) - 1;
	char word[32] = "";

	if (strncmp(place_string(name), prefix, sizeof(prefix) - 1) != 0)
		return 0;
	for (size_t i = 0; rest[i] && i < sizeof(word) - 1; i++)
		word[i] = (char)tolower((unsigned char)rest[i]);
	return seccomp_arch_resolve_name(word);
}

/* The machine's, and what its kernel runs besides: one list, or one of a map by machine. */
static void read_arches(struct seccomp_profile *profile, const struct place *root)
{
	struct place map = place_member(root, "archMap", JSON_ARRAY);
	struct place list = place_member(root, "architectures", JSON_ARRAY);

	if (map.value && list.value)
		place_refuse(&list, "there is archMap as well");
	for (size_t i = 0; i < place_count(&map) && !list.value; i++) {
		struct place of = place_element(&map, i, JSON_OBJECT);
		struct place name = place_member(&of, "architecture", JSON_STRING);

		if (!name.value)
			place_refuse(&name, "missing");
		if (find_arch(&name) == machine)
			list = place_member(&of, "subArchitectures", JSON_ARRAY);
	}
	profile->arches[profile->arch_count++] = machine;
	for (size_t i = 0; i < place_count(&list); i++) {
		struct place name = place_element(&list, i, JSON_STRING);
		uint32_t arch = find_arch(&name);

		if (!arch)
			place_refuse(&name, "%s: unknown", place_string(&name));
		if (profile->arch_count == SECCOMP_MOST_ARCHES)
			place_refuse(&name, "one too many");
		if (arch != machine)
			profile->arches[profile->arch_count++] = arch;
	}
}

void seccomp_profile_read(struct seccomp_profile *profile, int fd, const char *file, uint32_t of,
                          uint64_t held)
{
	struct place root = place_root(fd, file);
	struct place rules = place_member(&root, "syscalls", JSON_ARRAY);

	machine = of, caps = held;
	profile->default_action = read_action(&root, "defaultAction", "defaultErrnoRet");
	read_arches(profile, &root);
	profile->rules = xalloc(place_count(&rules) * sizeof(*profile->rules));
	for (size_t i = 0; i < place_count(&rules); i++) {
		struct place rule = place_element(&rules, i, JSON_OBJECT);

		read_rule(&profile->rules[profile->rule_count], &rule);
		profile->rule_count += holds(&rule);
	}
}
