/*
 * What a file of a layer has besides its contents: owner, mode, time, extended attributes, as an
 * archive tells it, and put on a file.
 */
#ifndef LAYER_ATTR_H
#define LAYER_ATTR_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

struct layer_xattr {
	struct layer_xattr *next;
	size_t size;
	char *value;
	char name[];
};

struct layer_attr {
	uid_t uid;
	gid_t gid;
	mode_t mode;             /* permissions */
	bool forced;             /* a new file may have inherited others: set them in any case */
	struct timespec time[2]; /* for utimensat(2); the time of access is left as it is */
	struct layer_xattr *xattrs;
};

/*
 * Read them. refuse()s, naming the object, what no file can have, and attributes that would tell
 * overlayfs what it has to think of the layer. layer_attr_free() frees what it points to.
 */
void layer_attr_read(struct archive_entry *entry, struct layer_attr *attr, const char *object);
void layer_attr_free(struct layer_attr *attr);

/* Those of a file that is there and open as fd (O_PATH). fail()s, naming the object. */
void layer_attr_of(struct layer_attr *attr, int fd, const char *object);

/*
 * Put them on the file that is open as fd. It has our own ids, and the permissions `made`; S_IFLNK:
 * has none, as it is a symbolic link. fail()s, naming the object.
 */
#define MODE_UNKNOWN ((mode_t)-1)
void layer_attr_set(const struct layer_attr *attr, int fd, mode_t made, const char *object);

/* The same of what must not be opened, or cannot be: fd is O_PATH. */
void layer_attr_set_unopened(const struct layer_attr *attr, int fd, mode_t made,
                             const char *object);

/* Is this attribute none of a layer's business? Of overlayfs, or of this machine's policy. */
bool layer_xattr_is_foreign(const char *name);

/* The ACLs that the entry has in libarchive's own form, as attributes. */
void layer_acl_read(struct archive_entry *entry, struct layer_attr *attr, const char *object);
void layer_attr_add(struct layer_attr *attr, const char *name, const void *value, size_t size);

#endif
