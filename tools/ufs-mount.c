/*
 * ufs-mount: mount layers as one tree (overlayfs), or the root of a process, in the mount namespace
 * that it runs in, then exec a command.
 *
 * Changes: a mount at TARGET; the directories TARGET, --upper and --work where they are missing,
 * each below a directory that exists. When it fails, by itself or because the command cannot be
 * executed, the mount and the directories that it made are gone again.
 * Propagation is not its business: whoever made the mount namespace made it private.
 * Needs: CAP_SYS_ADMIN in the user namespace that owns the mount namespace.
 */
#define _GNU_SOURCE
#include "err.h"
#include "io.h"
#include "mountinfo.h"
#include "opt.h"
#include "overlay.h"
#include "root_of.h"
#include "sys.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static struct list lowers, options;
static const char *upper, *work;
static bool read_only, unmount;
static uint64_t process, start; /* whose root is to be seen */

static void undo_directory(void *path)
{
	(void)rmdir(path); /* it is the failure that led here that has to be told */
}

static void undo_work(void *path)
{
	(void)remove_tree(AT_FDCWD, path); /* the kernel has made directories in it */
}

static void undo_mount(void *target)
{
	(void)umount2(target, MNT_DETACH);
}

/* make: the mode to make it with when it is missing; 0: it has to be there */
static int open_directory(const char *path, mode_t make, void (*undo)(void *path))
{
	int fd = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && make) {
		mode_t mask = umask(0); /* the root of a container is for all its users */
		int made = mkdir(path, make);

		(void)umask(mask);
		if (made == 0)
			on_failure(undo, (void *)(uintptr_t)path);
		else if (errno != EEXIST)
			fail(path, "mkdir");
		fd = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		fail(path, "open");
	return fd;
}

/* The descriptors stay open up to the exec, which closes them all at once. */
static struct layer *open_layers(void)
{
	struct layer *layers = xalloc((lowers.count + 3) * sizeof(*layers)), *next = layers;

	for (char **lower = lowers.at; *lower; lower++)
		*next++ = (struct layer){"lowerdir+", *lower, open_directory(*lower, 0, NULL)};
	if (upper) {
		*next++ = (struct layer){"upperdir", upper,
		                         open_directory(upper, 0755, undo_directory)};
		*next++ = (struct layer){"workdir", work, open_directory(work, 0700, undo_work)};
		overlay_like_root(upper, work, lowers.at[0]);
	}
	return layers;
}

static bool trusted_is_out_of_reach(void)
{
	const ino_t initial = 0xEFFFFFFD; /* the first user namespace's, in every kernel */
	struct stat st;

	/* What is not there cannot be removed, but only who may remove it is told so. */
	if (upper)
		return removexattr(upper, "trusted.overlay.none") && errno == EPERM;
	/* This takes five times as long. */
	return stat("/proc/self/ns/user", &st) == 0 && st.st_ino != initial;
}

/*
 * What a container wants, whatever the kernel was built to do by default; an --option comes behind
 * and wins. The upper directory is to be a plain difference, fit to become a layer of an image:
 *   redirect_dir=nofollow  a renamed directory is copied, not left as a reference to its old name
 *                          (and a reference that came with an image is not followed);
 *   metacopy=off           a file that changes its owner is there with its data;
 *   index=off              copies of the layers may take their place later on.
 * `volatile` is not for all: a container that is kept has to survive a power failure. It is well
 * worth giving for one that is thrown away: without it the kernel, when the last user of the mount
 * is gone, syncs all of the file system that upper is on.
 */
static char **choose_options(void)
{
	static const char *const defaults[] = {"redirect_dir=nofollow", "metacopy=off",
	                                       "index=off"};
	struct list all = {0};

	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		list_add(&all, xstrdup(defaults[i]));
	/* By default overlayfs keeps its notes in trusted.*, out of reach in other namespaces. */
	if (trusted_is_out_of_reach())
		list_add(&all, xstrdup("userxattr"));
	for (size_t i = 0; i < options.count; i++)
		for (char *rest = options.at[i], *one; (one = strsep(&rest, ","));)
			list_add(&all, one);
	return all.at;
}

static void bind_read_only(int mount, const char *object, const char *target, int at)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};

	if (mount < 0 || sys_mount_setattr(mount, "", AT_EMPTY_PATH, &attr))
		fail(object, "bind");
	if (sys_move_mount(mount, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		overlay_fail(target);
}

/* One layer alone is not an overlay to the kernel. Bound read-only it has the same effect. */
static void mount_bind(const struct layer *layer, const char *target, int at)
{
	CLOSED int mount =
	        sys_open_tree(layer->fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	bind_read_only(mount, layer->path, target, at);
}

static void mount_root_of(char *target)
{
	CLOSED int mount = root_of((pid_t)process, start);
	CLOSED int at = open_directory(target, 0755, undo_directory);

	bind_read_only(mount, "root", target, at);
	on_failure(undo_mount, target);
}

static void mount_layers(char *target)
{
	struct overlay overlay = {.layers = open_layers(),
	                          .lowers = lowers.count,
	                          .read_only = read_only || !upper,
	                          .target = target,
	                          .target_fd = open_directory(target, 0755, undo_directory)};

	if (lowers.count == 1 && !upper) {
		mount_bind(overlay.layers, target, overlay.target_fd);
	} else {
		overlay.options = choose_options();
		overlay_mount(&overlay);
	}
	(void)close(overlay.target_fd); /* it would keep what is below the mount in use */
	on_failure(undo_mount, target);
}

static bool is_mount(const char *path)
{
	FREED char *real = realpath(path, NULL);
	struct mounts mounts;
	struct mount_entry entry;
	bool found = false;

	if (!real || mounts_open(&mounts, NULL))
		return false;
	while (!found && mounts_next(&mounts, &entry))
		found = strcmp(entry.target, real) == 0;
	mounts_close(&mounts);
	return found;
}

/*
 * Gone already is success. The kernel says EINVAL of what is no mount, but also of a mount that
 * belongs to a user namespace above.
 */
static int do_unmount(const char *target)
{
	if (umount2(target, UMOUNT_NOFOLLOW) == 0 || errno == ENOENT)
		return 0;
	int why = errno;
	if (why == EINVAL && !is_mount(target))
		return 0;
	errno = why == EINVAL ? EPERM : why;
	fail(target, "unmount");
}

/* clang-format off */
static const struct opt table[] = {
	{"lower", 'l', "DIR", "a layer, the topmost first; any number", opt_list, &lowers},
	{"upper", 'u', "DIR", "where changes go; without it the tree is read-only", opt_string, &upper},
	{"work", 'w', "DIR", "for the kernel, on the file system of --upper", opt_string, &work},
	{"read-only", 'r', NULL, "mount it read-only, with --upper too", opt_flag, &read_only},
	{"root-of", 0, "PID", "no layers but what this process has as its root, read-only", opt_number, &process},
	{"start", 0, "TICKS", "only if the process began then", opt_number, &start},
	{"option", 'o', "OPTION", "an option of overlayfs, such as volatile (repeatable)", opt_list, &options},
	{"unmount", 0, NULL, "unmount TARGET", opt_flag, &unmount},
	{0},
};
/* clang-format on */

static const struct tool tool = {
        .name = "ufs-mount",
        .operands = "TARGET [-- COMMAND [ARG]...]",
        .purpose = "Mount layers as one tree, then execute a command.",
        .chain = true,
        .options = table,
        .example = "unshare -m ufs-mount --lower /etc --lower /usr /mnt -- ls /mnt",
};

int main(int argc, char **argv)
{
	int first = opt_parse(&tool, argc, argv);
	char **command = argv + first + 1;

	if (first == argc)
		usage_error("TARGET is missing");
	if (*command && (strcmp(*command, "--") || !*++command))
		usage_error("%s: wants '-- COMMAND' behind TARGET", *(command - 1));
	if (unmount &&
	    (process || lowers.count || upper || work || options.count || read_only || *command))
		usage_error("--unmount goes with TARGET alone");
	if (unmount)
		return do_unmount(argv[first]);
	if (process && (lowers.count || upper || work || options.count || process > INT32_MAX))
		usage_error("--root-of wants a process, and no layers");
	if (!lowers.count && !process)
		usage_error("--lower is missing");
	if (!upper != !work)
		usage_error("--upper and --work go together");
	if (options.count && lowers.count == 1 && !upper)
		usage_error("--option: one --lower without --upper is bound, which takes none");

	(process ? mount_root_of : mount_layers)(argv[first]);
	if (*command)
		exec_command(command);
	return 0;
}
