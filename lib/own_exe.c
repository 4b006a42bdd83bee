/* /proc/self/exe: see own_exe.h. */
#define _GNU_SOURCE
#include "own_exe.h"

#include "err.h"
#include "io.h"
#include "sys.h"
#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>

static const char *const link_to_us = "/proc/self/exe";

/* The kernel takes the name for ps(1) from the descriptor's number. */
static void take_name(const char *called)
{
	const char *slash = strrchr(called, '/');

	(void)prctl(PR_SET_NAME, slash ? slash + 1 : called);
}

void own_exe_protect(char **argv)
{
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
	struct statvfs fs;

	if (strncmp((const char *)getauxval(AT_EXECFN), "/dev/fd/", 8) == 0)
		take_name(argv[0]);
	if (statvfs(link_to_us, &fs))
		fail(link_to_us, "look at");
	if (fs.f_flag & ST_RDONLY)
		return;
	CLOSED int file = sys_open_tree(AT_FDCWD, link_to_us, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (file < 0 && errno == EPERM)
		return;
	if (file < 0 || sys_mount_setattr(file, "", AT_EMPTY_PATH, &read_only))
		fail(link_to_us, "make a read-only mount of it");
	(void)syscall(SYS_execveat, file, "", argv, environ, AT_EMPTY_PATH);
	fail(link_to_us, "execute it from there");
}
