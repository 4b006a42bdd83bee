/* Attributes of a context's files: see context_attr.h. */
#define _GNU_SOURCE
#include "context_attr.h"

#include "directory.h"
#include "err.h"
#include "layer_name.h"
#include "opt.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool is_wanted(const char *name)
{
	static const char *const kinds[] = {"user.", "trusted.", "security.capability",
	                                    "system.posix_acl_"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return !layer_xattr_is_foreign(name);
	return false;
}

static _Noreturn void fail_at(const struct context_entry *entry, const char *what)
{
	fail(layer_object(NULL, entry->object), "%s", what);
}

/* Sorted, as file systems have their own order: whoever adds them has the last one first. */
static void read_xattrs(const struct context_entry *entry, struct layer_attr *attr)
{
	static char names[65536], value[65536]; /* XATTR_LIST_MAX, XATTR_SIZE_MAX */
	char path[32];
	struct list sorted = {0};

	/* O_PATH has no attributes but by its name. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", entry->fd);
	bool opened = S_ISREG(entry->st.st_mode) || S_ISDIR(entry->st.st_mode);
	ssize_t length = opened ? flistxattr(entry->fd, names, sizeof(names))
	                        : listxattr(path, names, sizeof(names));
	if (length < 0 && errno != EOPNOTSUPP)
		fail_at(entry, "list its attributes");
	for (char *at = names; at < names + length; at += strlen(at) + 1)
		if (is_wanted(at))
			list_add(&sorted, xstrdup(at));
	list_sort(&sorted);
	for (size_t i = sorted.count; i-- > 0;) {
		const char *name = sorted.at[i];
		ssize_t size = opened ? fgetxattr(entry->fd, name, value, sizeof(value))
		                      : getxattr(path, name, value, sizeof(value));

		if (size < 0)
			fail_at(entry, "read an attribute");
		layer_attr_add(attr, name, value, (size_t)size);
	}
	list_free(&sorted);
}

void context_attr(const struct context_entry *entry, struct layer_attr *attr)
{
	*attr = (struct layer_attr){
	        .uid = entry->st.st_uid,
	        .gid = entry->st.st_gid,
	        .mode = entry->st.st_mode & 07777,
	        .forced = true,
	        .time = {{.tv_nsec = UTIME_OMIT}, entry->st.st_mtim}
        };
	read_xattrs(entry, attr);
}

const char *context_link(const struct context_entry *entry)
{
	static char target[PATH_MAX + 1];
	ssize_t length = readlinkat(entry->fd, "", target, PATH_MAX);

	if (length < 0)
		fail_at(entry, "readlink");
	target[length] = '\0';
	return target;
}
