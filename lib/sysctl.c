/* A container's own parameters of the kernel: see sysctl.h. */
#define _GNU_SOURCE
#include "sysctl.h"

#include "caller.h"
#include "err.h"
#include "io.h"
#include <fcntl.h>
#include <string.h>

/* By what their names begin with; the network's are all that are below it. */
static const struct {
	const char *prefix, *kind, *advice;
} known[] = {
        {"net.",                    "net", "ns-spawn --net"},
        {"fs.mqueue.",              "ipc", "ns-spawn --ipc"},
        {"kernel.msgmax=",          "ipc", "ns-spawn --ipc"},
        {"kernel.msgmnb=",          "ipc", "ns-spawn --ipc"},
        {"kernel.msgmni=",          "ipc", "ns-spawn --ipc"},
        {"kernel.sem=",             "ipc", "ns-spawn --ipc"},
        {"kernel.shmall=",          "ipc", "ns-spawn --ipc"},
        {"kernel.shmmax=",          "ipc", "ns-spawn --ipc"},
        {"kernel.shmmni=",          "ipc", "ns-spawn --ipc"},
        {"kernel.shm_rmid_forced=", "ipc", "ns-spawn --ipc"},
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

static size_t find(const char *setting)
{
	size_t i = 0;

	while (i < KNOWN && strncmp(known[i].prefix, setting, strlen(known[i].prefix)) != 0)
		i++;
	return i;
}

void sysctl_opt(const struct opt *opt, const char *arg)
{
	const char *value = strchr(arg, '=');

	if (!value)
		opt_refuse(opt, arg, "not NAME=VALUE");
	/* A slash could lead out of where the name seems to be. */
	if (find(arg) == KNOWN || memchr(arg, '/', (size_t)(value - arg)))
		opt_refuse(opt, arg, "not of an IPC or network namespace");
	list_add(opt->into, xstrdup(arg));
}

static void set(const char *setting)
{
	size_t length = strcspn(setting, "=");
	FREED char *path = xprintf("/proc/sys/%.*s", (int)length, setting);
	const char *value = setting + length + 1;

	caller_is_elsewhere(known[find(setting)].kind, setting, known[find(setting)].advice);
	for (char *dot = path; (dot = strchr(dot, '.'));)
		*dot = '/';
	CLOSED int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write_all(fd, value, strlen(value)))
		fail(setting, "set the sysctl");
}

void sysctl_set(const struct list *settings)
{
	for (size_t i = 0; i < settings->count; i++)
		set(settings->at[i]);
}
