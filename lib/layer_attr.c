/* Attributes of a layer's files: see layer_attr.h. */
#define _GNU_SOURCE
#include "layer_attr.h"

#include "err.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool begins_with(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Of overlayfs, which believes what they say: that a directory hides another, or is another. */
static bool is_of_overlayfs(const char *name)
{
	return begins_with(name, "trusted.overlay.") || begins_with(name, "user.overlay.");
}

bool layer_xattr_is_foreign(const char *name)
{
	return is_of_overlayfs(name) || strcmp(name, "security.selinux") == 0 ||
	       strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0;
}

void layer_attr_add(struct layer_attr *attr, const char *name, const void *value, size_t size)
{
	size_t length = strlen(name) + 1;
	struct layer_xattr *x = xalloc(sizeof(*x) + length + size);

	memcpy(x->name, name, length);
	x->value = x->name + length;
	memcpy(x->value, value, size);
	x->size = size;
	x->next = attr->xattrs;
	attr->xattrs = x;
}

static int hex(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) % 16 : -1;
}

/* In a pax header what cannot be in a key, as `=`, is written %3D, which libarchive leaves so. */
static char *decoded(const char *name)
{
	char *new = xstrdup(name), *to = new;

	for (const char *from = name; *from; from++) {
		int high = *from == '%' ? hex(from[1]) : -1, low = high < 0 ? -1 : hex(from[2]);

		*to++ = low < 0 ? *from : (char)(16 * high + low);
		from += low < 0 ? 0 : 2;
	}
	*to = '\0';
	return new;
}

static void read_xattrs(struct archive_entry *entry, struct layer_attr *attr, const char *object)
{
	const char *encoded;
	const void *value;
	size_t size;

	(void)archive_entry_xattr_reset(entry);
	while (archive_entry_xattr_next(entry, &encoded, &value, &size) == ARCHIVE_OK) {
		FREED char *name = decoded(encoded);

		if (is_of_overlayfs(name))
			refuse(object, "has an attribute of overlayfs, %.100s", name);
		if (!layer_xattr_is_foreign(name))
			layer_attr_add(attr, name, value, size);
	}
}

void layer_attr_read(struct archive_entry *entry, struct layer_attr *attr, const char *object)
{
	la_int64_t uid = archive_entry_uid(entry), gid = archive_entry_gid(entry);

	/* The last number means "no change" to chown(2). */
	if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX)
		refuse(object, "its owner %lld:%lld is no number of a user and a group",
		       (long long)uid, (long long)gid);
	*attr = (struct layer_attr){
	        .uid = (uid_t)uid,
	        .gid = (gid_t)gid,
	        .mode = archive_entry_perm(entry) & 07777,
	        .time = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_OMIT}}
        };
	if (archive_entry_mtime_is_set(entry))
		attr->time[1] = (struct timespec){archive_entry_mtime(entry),
		                                  archive_entry_mtime_nsec(entry)};
	read_xattrs(entry, attr, object);
	layer_acl_read(entry, attr, object);
}

void layer_attr_of(struct layer_attr *attr, int fd, const char *object)
{
	static char names[65536], value[65536]; /* the most that the kernel has */
	char path[32];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ssize_t length = fstat(fd, &st) ? -1 : listxattr(path, names, sizeof(names));
	if (length < 0 && errno != EOPNOTSUPP)
		fail(object, "read the attributes that it has in the layers below");
	*attr = (struct layer_attr){
	        .uid = st.st_uid,
	        .gid = st.st_gid,
	        .mode = st.st_mode & 07777,
	        .time = {{.tv_nsec = UTIME_OMIT}, st.st_mtim},
	};
	for (const char *at = names; at < names + length; at += strlen(at) + 1) {
		ssize_t size =
		        layer_xattr_is_foreign(at) ? -1 : getxattr(path, at, value, sizeof(value));

		if (size >= 0)
			layer_attr_add(attr, at, value, (size_t)size);
	}
}

void layer_attr_free(struct layer_attr *attr)
{
	while (attr->xattrs) {
		struct layer_xattr *next = attr->xattrs->next;

		free(attr->xattrs);
		attr->xattrs = next;
	}
}

static void set_xattrs(const struct layer_attr *attr, int fd, const char *path, const char *object)
{
	for (const struct layer_xattr *x = attr->xattrs; x; x = x->next)
		if (path ? setxattr(path, x->name, x->value, x->size, 0)
		         : fsetxattr(fd, x->name, x->value, x->size, 0))
			fail(object, "set the attribute %s", x->name);
}

/*
 * The order is the kernel's: a change of owner takes away set-id bits and capabilities. What is as
 * it should be is not set again, for that is most of the system calls of a whole archive. Never by
 * a name: chmod(2) follows links, and others may put one there at any time.
 */
static void set_all(const struct layer_attr *attr, int fd, const char *path, mode_t made,
                    const char *object)
{
	static bool know_ids;
	static uid_t uid;
	static gid_t gid;
	bool link = made == S_IFLNK; /* has no permissions */

	if (!know_ids)
		uid = geteuid(), gid = getegid(), know_ids = true;
	if ((attr->forced || attr->uid != uid || attr->gid != gid) &&
	    fchownat(fd, "", attr->uid, attr->gid, AT_EMPTY_PATH))
		fail(object, "change the owner to %u:%u", attr->uid, attr->gid);
	if (!link && (attr->forced || attr->mode != made) &&
	    (path ? chmod(path, attr->mode) : fchmod(fd, attr->mode)))
		fail(object, "change the mode");
	if (attr->xattrs)
		set_xattrs(attr, fd, path, object);
	if (attr->time[1].tv_nsec != UTIME_OMIT &&
	    (path ? utimensat(AT_FDCWD, path, attr->time, 0) : futimens(fd, attr->time)))
		fail(object, "set the time");
}

void layer_attr_set(const struct layer_attr *attr, int fd, mode_t made, const char *object)
{
	set_all(attr, fd, NULL, made, object);
}

void layer_attr_set_unopened(const struct layer_attr *attr, int fd, mode_t made, const char *object)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	set_all(attr, fd, path, made, object);
}
