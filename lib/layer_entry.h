/*
 * A file as an entry of an archive: all it has but its contents.
 */
#ifndef LAYER_ENTRY_H
#define LAYER_ENTRY_H

#include <archive_entry.h>
#include <stdbool.h>
#include <sys/stat.h>

/*
 * Name, type, owner, mode, time, size, device, target of a link, of the file that is open as fd
 * (O_PATH). root: what the name is below, for messages; these fail(). "" is the root itself.
 */
void entry_describe(struct archive_entry *entry, int fd, const struct stat *st, const char *root,
                    const char *name);

/*
 * Its extended attributes, but for those that are none of a layer's business. path: to it, by its
 * descriptor. upper: it is of an upper directory; refuse()s one that is a reference to another.
 */
void entry_add_xattrs(struct archive_entry *entry, const char *path, bool upper, const char *root,
                      const char *name);

/*
 * An entry that says what is not there in the layers below (OCI image specification, layer.md,
 * "Whiteouts"): the file `name`; or with opaque, all in that directory.
 */
void entry_describe_whiteout(struct archive_entry *entry, const char *name, bool opaque);

#endif
