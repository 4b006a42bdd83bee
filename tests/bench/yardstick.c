/*
 * yardstick [-a] LOWER UPPER WORK MERGED COMMAND [ARG...]: what the kernel takes for a container.
 *
 * One process makes the system calls that nobody can do without: a child in six new namespaces, an
 * overlay mount, /proc, pivot_root, exec; and the parent waits. With -a it also makes all the other
 * mounts that Docker gives a container: /dev, /sys, cgroups, masked and read-only paths. Nothing
 * is checked that a tool would have to check.
 *
 * COMMAND is a path inside, where proc, sys and dev have to be. Failures are told by the call.
 */
#define _GNU_SOURCE
#include "sys.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#define TRY(call) ((call) < 0 ? (perror(#call), _exit(125)) : (void)0)

enum { SAFE = MS_NOSUID | MS_NODEV | MS_NOEXEC };

static void mount_dev(void)
{
	static const struct {
		const char *path;
		unsigned int major, minor;
	} nodes[] = {
	        {"/dev/null",    1, 3},
                {"/dev/zero",    1, 5},
                {"/dev/full",    1, 7},
	        {"/dev/tty",     5, 0},
                {"/dev/random",  1, 8},
                {"/dev/urandom", 1, 9},
	};
	static const char *const links[][2] = {
	        {"/proc/self/fd",   "/dev/fd"    },
                {"/proc/self/fd/0", "/dev/stdin" },
	        {"/proc/self/fd/1", "/dev/stdout"},
                {"/proc/self/fd/2", "/dev/stderr"},
	        {"/proc/kcore",     "/dev/core"  },
                {"pts/ptmx",        "/dev/ptmx"  },
	};

	TRY(mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, "mode=755,size=64m"));
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		TRY(mknod(nodes[i].path, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)));
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		TRY(symlink(links[i][0], links[i][1]));
	TRY(mkdir("/dev/pts", 0755));
	TRY(mkdir("/dev/shm", 0755));
	TRY(mkdir("/dev/mqueue", 0755));
	TRY(mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
	          "newinstance,ptmxmode=0666,mode=0620,gid=5"));
	TRY(mount("shm", "/dev/shm", "tmpfs", SAFE, "mode=1777,size=64m"));
	TRY(mount("mqueue", "/dev/mqueue", "mqueue", SAFE, NULL));
}

/* The hierarchies, as /proc/self/cgroup has them: lines of NUMBER:CONTROLLERS:PATH. */
static void mount_cgroups(void)
{
	char text[4096], path[64], *rest = text, *line;
	int file = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	ssize_t length = read(file, text, sizeof(text) - 1);

	TRY(length);
	(void)close(file);
	text[length] = '\0';
	TRY(mount("tmpfs", "/sys/fs/cgroup", "tmpfs", SAFE, "mode=755"));
	while ((line = strsep(&rest, "\n")) && *line) {
		char *controllers = strchr(line, ':') + 1;

		controllers[strcspn(controllers, ":")] = '\0';
		(void)snprintf(path, sizeof(path), "/sys/fs/cgroup/%s",
		               *controllers ? controllers : "unified");
		TRY(mkdir(path, 0755));
		TRY(mount("cgroup", path, *controllers ? "cgroup" : "cgroup2", SAFE | MS_RDONLY,
		          *controllers ? controllers : NULL));
	}
	TRY(mount(NULL, "/sys/fs/cgroup", NULL, MS_REMOUNT | MS_RDONLY | SAFE, "mode=755"));
}

/* Files and directories that are not there are none to hide. */
static void hide(void)
{
	static const char *const files[] = {"/proc/kcore", "/proc/keys", "/proc/interrupts",
	                                    "/proc/timer_list"};
	static const char *const directories[] = {"/proc/acpi", "/sys/firmware"};
	static const char *const read_only[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"};
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)mount("/dev/null", files[i], NULL, MS_BIND, NULL);
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		(void)mount("tmpfs", directories[i], "tmpfs", SAFE | MS_RDONLY, "size=0");
	for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++) {
		int tree =
		        sys_open_tree(AT_FDCWD, read_only[i], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

		TRY(tree);
		TRY(sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr));
		TRY(sys_move_mount(tree, "", AT_FDCWD, read_only[i], MOVE_MOUNT_F_EMPTY_PATH));
		(void)close(tree);
	}
}

static _Noreturn void enter(char **argv, bool all)
{
	char options[4096];

	(void)snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s", argv[0],
	               argv[1], argv[2]);
	TRY(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	TRY(mount("overlay", argv[3], "overlay", 0, options));
	TRY(chdir(argv[3]));
	TRY(sys_pivot_root(".", "."));
	TRY(umount2(".", MNT_DETACH));
	TRY(mount("proc", "/proc", "proc", SAFE, NULL));
	if (all) {
		TRY(mount("sysfs", "/sys", "sysfs", SAFE | MS_RDONLY, NULL));
		mount_cgroups();
		mount_dev();
		hide();
	}
	TRY(execv(argv[4], argv + 4));
	_exit(125);
}

int main(int argc, char **argv)
{
	struct clone_args args = {.exit_signal = SIGCHLD,
	                          .flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS |
	                                   CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP};
	bool all = argc > 1 && strcmp(argv[1], "-a") == 0;
	int status;

	if (argc - all < 6)
		return 125;
	pid_t child = sys_clone3(&args);
	TRY(child);
	if (child == 0)
		enter(argv + 1 + all, all);
	TRY(waitpid(child, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
