/* Mounting overlayfs: see overlay.h. */
#define _GNU_SOURCE
#include "overlay.h"

#include "err.h"
#include "io.h"
#include "sys.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096 }; /* what mount(2) takes of options at most, with the NUL */

void overlay_fail(const char *object)
{
	static const struct {
		int number;
		const char *meaning;
	} meanings[] = {
	        {EINVAL, "the kernel refuses these layers or options; its log says why"},
	        {ELOOP,  "a layer is given twice, or lies inside another"              },
	        {ENODEV, "the kernel has no overlayfs"                                 },
	        {ENOSPC, "the mount namespace is full (fs.mount-max)"                  },
	        {ESTALE, "the upper directory was made over other layers"              },
	};

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (errno == meanings[i].number)
			refuse(object, "mount: %s", meanings[i].meaning);
	fail(object, "mount");
}

static void set_options(int fs, char **options)
{
	for (; *options; options++) {
		char *value = strchr(*options, '=');

		if (value)
			*value++ = '\0';
		if (sys_fsconfig(fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, *options,
		                 value, 0))
			fail(*options, "mount option");
	}
}

/*
 * Linux 6.13 takes layers as descriptors (6.15 also those of O_PATH): any name, no page that they
 * have to fit in. Returns the mount, not yet attached, or -1 where the kernel is older.
 */
static int mount_new(const struct overlay *overlay)
{
	CLOSED int fs = sys_fsopen("overlay", FSOPEN_CLOEXEC);

	if (fs < 0 && errno == ENOSYS)
		return -1;
	if (fs < 0)
		overlay_fail(overlay->target);
	for (const struct layer *layer = overlay->layers; layer->key; layer++)
		if (sys_fsconfig(fs, FSCONFIG_SET_FD, layer->key, NULL, layer->fd)) {
			/* In turn: before 6.13, before 6.15, before 6.5. */
			if (layer == overlay->layers &&
			    (errno == EINVAL || errno == EBADF || errno == EOPNOTSUPP))
				return -1;
			overlay_fail(layer->path);
		}
	set_options(fs, overlay->options);
	if (sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", "overlay", 0) ||
	    sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		overlay_fail(overlay->target);
	int mount = sys_fsmount(fs, FSMOUNT_CLOEXEC, overlay->read_only ? MOUNT_ATTR_RDONLY : 0);
	if (mount < 0)
		overlay_fail(overlay->target);
	return mount;
}

static bool append(char *page, const char *text)
{
	size_t used = strlen(page), length = strlen(text);

	if (used + length >= PAGE)
		return false;
	memcpy(page + used, text, length + 1);
	return true;
}

/*
 * The options for mount(2). Layers go by their full path, which mountinfo then shows, or else by
 * the number of their descriptor. False when it does not fit, or when a path has a character that
 * the kernel splits or unescapes at: what it made of those was not the same from version to
 * version.
 */
static bool write_page(char *page, const struct overlay *overlay, bool numbers)
{
	const struct layer *layers = overlay->layers, *first_upper = layers + overlay->lowers;

	*page = '\0';
	for (const struct layer *layer = layers; layer->key; layer++) {
		const char *before = layer == layers        ? "lowerdir="
		                     : layer < first_upper  ? ":"
		                     : layer == first_upper ? ",upperdir="
		                                            : ",workdir=";
		char link[32], path[PAGE], *name = link + strlen("/proc/self/fd/");

		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", layer->fd);
		if (!numbers) {
			ssize_t length = readlink(link, path, sizeof(path) - 1);

			if (length < 0)
				fail(link, "readlink");
			path[length] = '\0';
			if (strpbrk(path, ",:\\"))
				return false;
			name = path;
		}
		if (!append(page, before) || !append(page, name))
			return false;
	}
	for (char **option = overlay->options; *option; option++)
		if (!append(page, ",") || !append(page, *option))
			return false;
	return true;
}

/* Before Linux 6.13. The current directory is where the descriptors have names, meanwhile. */
static void mount_old(const struct overlay *overlay)
{
	CLOSED int here = openat(AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char page[PAGE], at[16];

	if (!write_page(page, overlay, false) && !write_page(page, overlay, true))
		refuse(overlay->target, "mount: the options do not fit into a page");
	(void)snprintf(at, sizeof(at), "%d", overlay->target_fd);
	if (here < 0)
		fail(".", "open");
	if (chdir("/proc/self/fd"))
		fail("/proc/self/fd", "chdir");
	int failed = mount("overlay", at, "overlay", overlay->read_only ? MS_RDONLY : 0, page);
	int why = errno;
	if (fchdir(here))
		fail(".", "fchdir");
	errno = why;
	if (failed)
		overlay_fail(overlay->target);
}

void overlay_mount(const struct overlay *overlay)
{
	CLOSED int mount = mount_new(overlay);

	if (mount < 0)
		mount_old(overlay);
	else if (sys_move_mount(mount, "", overlay->target_fd, "",
	                        MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		overlay_fail(overlay->target);
}

void overlay_like_root(const char *upper, const char *work, const char *lower)
{
	FREED char *used = xprintf("%s/work", work); /* which the kernel makes at the first time */
	struct stat root;

	if (access(used, F_OK) == 0)
		return;
	if (stat(lower, &root))
		fail(lower, "stat");
	/* In a user namespace the owner may be nobody. */
	if (chown(upper, root.st_uid, root.st_gid) && errno != EINVAL && errno != EPERM)
		fail(upper, "chown");
	if (chmod(upper, root.st_mode & 07777))
		fail(upper, "chmod");
}
