/* File systems that the kernel makes up: see kernel_fs.h. */
#include "kernel_fs.h"

#include <linux/magic.h>
#include <stddef.h>
#include <sys/vfs.h>

#ifndef MQUEUE_MAGIC /* ipc/mqueue.c has it for itself */
#define MQUEUE_MAGIC 0x19800202
#endif

bool keeps_files(int fd)
{
	static const long made_up[] = {PROC_SUPER_MAGIC,    SYSFS_MAGIC,        CGROUP_SUPER_MAGIC,
	                               CGROUP2_SUPER_MAGIC, DEVPTS_SUPER_MAGIC, MQUEUE_MAGIC,
	                               SECURITYFS_MAGIC,    DEBUGFS_MAGIC,      TRACEFS_MAGIC,
	                               BPF_FS_MAGIC};
	struct statfs fs;

	if (fstatfs(fd, &fs))
		return false;
	for (size_t i = 0; i < sizeof(made_up) / sizeof(made_up[0]); i++)
		if ((long)fs.f_type == made_up[i])
			return false;
	return true;
}
