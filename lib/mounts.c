/* Volumes and tmpfs: see mounts.h; their option setters: see rootfs.h. */
#define _GNU_SOURCE
#include "mounts.h"

#include "copy.h"
#include "err.h"
#include "inside.h"
#include "io.h"
#include "rootfs.h"
#include "sys.h"
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static const struct {
	const char *word;
	unsigned long set, clear;
} words[] = {
        {"ro",       MS_RDONLY,  0        },
        {"rw",       0,          MS_RDONLY},
        {"noexec",   MS_NOEXEC,  0        },
        {"exec",     0,          MS_NOEXEC},
        {"nosuid",   MS_NOSUID,  0        },
        {"suid",     0,          MS_NOSUID},
        {"nodev",    MS_NODEV,   0        },
        {"dev",      0,          MS_NODEV },
        {"noatime",  MS_NOATIME, 0        },
        {"private",  0,          0        },
        {"rprivate", 0,          0        }, /* what every mount here is anyhow */
        {"rbind",    0,          0        },
        {"bind",     0,          0        },
        {"z",        0,          0        },
        {"Z",        0,          0        }, /* labels of SELinux */
        {"nocopy",   0,          0        },
        {"copy",     0,          0        },
};

/* The next field of a colon-separated text, in place; \: and \\ stand for : and \. */
static char *next_field(char **rest)
{
	char *field = *rest, *to = field, *from = field;

	if (!field)
		return NULL;
	for (; *from && *from != ':'; from++) {
		if (*from == '\\' && (from[1] == ':' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	*rest = *from ? from + 1 : NULL;
	*to = '\0';
	return field;
}

/* Known words set flags; a tmpfs takes the others as options of the file system. */
static void parse_options(const struct opt *opt, const char *arg, char *options,
                          struct extra_mount *mount)
{
	char *data = xstrdup(""), *word;

	while ((word = strsep(&options, ","))) {
		size_t i = 0;

		if (!*word)
			continue;
		while (i < sizeof(words) / sizeof(words[0]) && strcmp(words[i].word, word) != 0)
			i++;
		if (i < sizeof(words) / sizeof(words[0])) {
			mount->flags = (mount->flags | words[i].set) & ~words[i].clear;
			mount->copy |= strcmp(word, "copy") == 0;
		} else if (mount->source) {
			opt_refuse(opt, arg, "an option of the mount is unknown");
		} else {
			char *longer = xprintf("%s%s%s", data, *data ? "," : "", word);

			free(data);
			data = longer;
		}
	}
	mount->data = data;
}

static void add(const struct opt *opt, const char *arg, bool bind)
{
	struct list *list = opt->into;
	struct extra_mount *mount = xalloc(sizeof(*mount));
	char *rest = xstrdup(arg);

	mount->source = bind ? next_field(&rest) : NULL;
	mount->target = next_field(&rest);
	mount->flags = bind ? 0 : MS_NOSUID | MS_NODEV | MS_NOEXEC;
	parse_options(opt, arg, next_field(&rest), mount);
	if (rest || !mount->target || *mount->target != '/' || (bind && !*mount->source))
		opt_refuse(opt, arg,
		           bind ? "not SOURCE:TARGET[:OPTIONS] with an absolute target"
		                : "not TARGET[:OPTIONS] with an absolute target");
	mount->depth = 1;
	for (const char *s = mount->target + 1; *s; s++)
		mount->depth += s[0] == '/' && s[1] && s[1] != '/';
	list_add(list, (char *)mount);
}

void rootfs_opt_bind(const struct opt *opt, const char *arg)
{
	add(opt, arg, true);
}

void rootfs_opt_tmpfs(const struct opt *opt, const char *arg)
{
	add(opt, arg, false);
}

void mounts_take(const struct list *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		struct extra_mount *mount = (struct extra_mount *)(void *)mounts->at[i];
		struct stat st;

		mount->directory = true;
		if (!mount->source)
			continue;
		mount->tree = sys_open_tree(AT_FDCWD, mount->source,
		                            OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
		if (mount->tree < 0 || fstat(mount->tree, &st))
			fail(mount->source, "bind");
		mount->directory = S_ISDIR(st.st_mode);
	}
}

static uint64_t attributes(unsigned long flags)
{
	return (flags & MS_RDONLY ? MOUNT_ATTR_RDONLY : 0) |
	       (flags & MS_NOSUID ? MOUNT_ATTR_NOSUID : 0) |
	       (flags & MS_NODEV ? MOUNT_ATTR_NODEV : 0) |
	       (flags & MS_NOEXEC ? MOUNT_ATTR_NOEXEC : 0) |
	       (flags & MS_NOATIME ? MOUNT_ATTR_NOATIME : 0);
}

/* What the image has there, and not what is mounted on it: a copy of /sys is nobody's wish. */
static bool is_of_image(int target)
{
	struct stat there, root;

	return fstat(target, &there) == 0 && stat("/", &root) == 0 && there.st_dev == root.st_dev;
}

/*
 * Flags are only added: what the source is without, as in a user namespace it must stay, it stays
 * without.
 */
static void bind(const struct extra_mount *extra, int target)
{
	struct mount_attr attr = {.attr_set = attributes(extra->flags),
	                          .attr_clr = extra->flags & MS_NOATIME ? MOUNT_ATTR__ATIME : 0};

	if (extra->copy && extra->directory && is_of_image(target) &&
	    copy_into_empty(target, extra->tree))
		fail(extra->source, "copy what the image has at %s", extra->target);
	if (attr.attr_set &&
	    sys_mount_setattr(extra->tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr))
		fail(extra->source, "set mount attributes");
	if (sys_move_mount(extra->tree, "", target, "",
	                   MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		fail(extra->target, "bind %s", extra->source);
	(void)close(extra->tree);
}

/* With the mode of the image's directory that it covers, if there is one, and mode= is not given.
 */
static void mount_tmpfs(const struct extra_mount *extra, int target, bool made)
{
	struct stat st;
	char name[32], mode[16] = "";

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", target);
	if (!made && fstat(target, &st) == 0)
		(void)snprintf(mode, sizeof(mode), "mode=%o,", st.st_mode & 07777);
	FREED char *data = xprintf("%s%s", mode, extra->data); /* the later mode counts */
	if (mount("tmpfs", name, "tmpfs", extra->flags, data))
		fail(extra->target, "mount tmpfs with options '%s'", extra->data);
}

static void check_target(const struct extra_mount *extra, int target)
{
	char name[32], path[16];
	struct stat st;
	struct statfs fs;

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", target);
	if (fstat(target, &st) || fstatfs(target, &fs))
		fail(extra->target, "stat");
	if (S_ISDIR(st.st_mode) != extra->directory)
		refuse(extra->target, "mount %s: one is a directory, the other is not",
		       extra->source ? extra->source : "tmpfs");
	if (readlink(name, path, sizeof(path)) == 1)
		refuse(extra->target, "mount: it is the root");
	/* We ourselves rely on it being the kernel's, and so do programs. */
	if (extra->directory && fs.f_type == PROC_SUPER_MAGIC)
		refuse(extra->target, "mount: it is a directory of /proc");
}

static void attach(const struct extra_mount *extra)
{
	CLOSED int target = inside_open(extra->target, O_PATH);
	bool made = target < 0;

	if (made)
		target = inside_make(extra->target, extra->directory);
	if (target < 0)
		fail(extra->target, "make the mount point");
	check_target(extra, target);
	if (extra->source)
		bind(extra, target);
	else
		mount_tmpfs(extra, target, made);
}

void mounts_attach(const struct list *mounts)
{
	size_t left = mounts->count;

	for (unsigned int depth = 1; left; depth++)
		for (size_t i = 0; i < mounts->count; i++) {
			const struct extra_mount *extra = (const void *)mounts->at[i];

			if (extra->depth != depth)
				continue;
			attach(extra);
			left--;
		}
}
