/* Capabilities: see caps.h. */
#define _GNU_SOURCE
#include "caps.h"

#include "err.h"
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(cap) (UINT64_C(1) << (cap))

const uint64_t caps_default = BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) |
                              BIT(CAP_FOWNER) | BIT(CAP_MKNOD) | BIT(CAP_NET_RAW) |
                              BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETFCAP) |
                              BIT(CAP_SETPCAP) | BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_CHROOT) |
                              BIT(CAP_KILL) | BIT(CAP_AUDIT_WRITE);

/* By number. */
static const char *const names[] = {
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "KILL",
        "SETGID",
        "SETUID",
        "SETPCAP",
        "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_ADMIN",
        "NET_RAW",
        "IPC_LOCK",
        "IPC_OWNER",
        "SYS_MODULE",
        "SYS_RAWIO",
        "SYS_CHROOT",
        "SYS_PTRACE",
        "SYS_PACCT",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_NICE",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "MKNOD",
        "LEASE",
        "AUDIT_WRITE",
        "AUDIT_CONTROL",
        "SETFCAP",
        "MAC_OVERRIDE",
        "MAC_ADMIN",
        "SYSLOG",
        "WAKE_ALARM",
        "BLOCK_SUSPEND",
        "AUDIT_READ",
        "PERFMON",
        "BPF",
        "CHECKPOINT_RESTORE",
};

bool caps_find(const char *name, uint64_t *caps)
{
	if (strcasecmp(name, "ALL") == 0) {
		*caps = CAPS_ALL;
		return true;
	}
	if (strncasecmp(name, "CAP_", 4) == 0)
		name += 4;
	for (unsigned int cap = 0; cap < sizeof(names) / sizeof(names[0]); cap++)
		if (strcasecmp(name, names[cap]) == 0) {
			*caps = BIT(cap);
			return true;
		}
	return false;
}

static void get(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	if (syscall(SYS_capget, &header, data))
		fail(NULL, "read the capabilities");
}

static uint64_t get_permitted(void)
{
	struct __user_cap_data_struct data[2];

	get(data);
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

void caps_require(uint64_t caps)
{
	uint64_t missing = caps ? caps & ~get_permitted() : 0;

	for (unsigned int cap = 0; cap < sizeof(names) / sizeof(names[0]); cap++)
		if (missing & BIT(cap))
			refuse(names[cap], "the caller does not have this capability itself");
}

void caps_bound(uint64_t caps)
{
	uint64_t permitted = get_permitted();

	for (unsigned int cap = 0; cap < 64; cap++) {
		if (caps & permitted & BIT(cap))
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0)) {
			if (errno == EINVAL)
				break; /* past the last one that this kernel has */
			fail(NULL, "drop capability %u from the bounding set", cap);
		}
	}
}

void caps_set(uint64_t caps)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	get(data);
	for (int i = 0; i < 2; i++) {
		data[i].permitted &= (uint32_t)(caps >> (32 * i));
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	/* An empty inheritable set empties the ambient one as well. */
	if (syscall(SYS_capset, &header, data))
		fail(NULL, "set the capabilities");
}
