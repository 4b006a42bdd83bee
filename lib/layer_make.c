/*
 * An entry of an archive, made: see layer_make.h. Files are written through descriptors of the
 * directories that they are in, not by archive_write_disk(3): that is twice as fast, and who may
 * lead where is decided by the kernel.
 *
 * The contents are written here and not by another thread: there are two already, one of which
 * decompresses and digests, and handing a file over takes as long as writing it.
 */
#define _GNU_SOURCE
#include "layer_make.h"

#include "err.h"
#include "io.h"
#include "landing.h"
#include "whiteout.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

static const char *object(const struct making *m) /* for a message */
{
	return layer_object(m->tree->path, m->name);
}

const char *making_error(const struct making *m)
{
	const char *text = archive_error_string(m->archive);

	return text ? text : "it is cut off"; /* where libarchive has no words for it */
}

/*
 * Make it with `make`, which does one system call. What is there already gives way: of two entries
 * with one name the later one counts.
 */
static int make_new(struct making *m, int (*make)(struct making *m, int parent, const char *base),
                    const char *what)
{
	const char *base;
	int parent = tree_parent(m->tree, m->name, &base), result = make(m, parent, base);

	if (result < 0 && errno == EEXIST) {
		tree_remove(m->tree, m->name);
		parent = tree_parent(m->tree, m->name, &base);
		result = make(m, parent, base);
	}
	if (result < 0)
		fail(object(m), "%s", what);
	return result;
}

static int do_create(struct making *m, int parent, const char *base)
{
	return openat(parent, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	              m->attr.mode & 0777);
}

static int do_mkdir(struct making *m, int parent, const char *base)
{
	struct stat st;

	if (mkdirat(parent, base, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	if (fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
		return 1; /* keeps what is in it */
	errno = m->tree->landing ? ENOTDIR : EEXIST;
	return -1;
}

static int do_symlink(struct making *m, int parent, const char *base)
{
	const char *target = archive_entry_symlink(m->entry);

	if (!target || !*target)
		refuse(object(m), "a symbolic link to nothing");
	return symlinkat(target, parent, base);
}

static int do_mknod(struct making *m, int parent, const char *base)
{
	dev_t device =
	        makedev(archive_entry_rdevmajor(m->entry), archive_entry_rdevminor(m->entry));

	if (is_whiteout_device(archive_entry_filetype(m->entry), device))
		refuse(object(m), "is the device by which overlayfs deletes files");
	return mknodat(parent, base, archive_entry_filetype(m->entry) | (m->attr.mode & 0777),
	               device);
}

static void write_contents(struct making *m, int fd)
{
	la_int64_t offset, size = archive_entry_size(m->entry), end = 0;
	const void *data;
	size_t length;
	int result;

	while ((result = archive_read_data_block(m->archive, &data, &length, &offset)) ==
	       ARCHIVE_OK) {
		end = offset + (la_int64_t)length;
		for (const char *at = data; length;) {
			ssize_t done = pwrite(fd, at, length, offset);

			if (done < 0 && errno != EINTR)
				fail(object(m), "write");
			if (done > 0)
				at += done, length -= (size_t)done, offset += done;
		}
	}
	if (result != ARCHIVE_EOF)
		refuse(object(m), "the archive is damaged: %s", making_error(m));
	if (end > size)
		refuse(object(m), "the archive is damaged: more contents than it is long");
	/* A sparse file that ends in a hole */
	if (end < size && ftruncate(fd, size))
		fail(object(m), "set the size");
	m->content += (uint64_t)size;
}

static void make_file(struct making *m)
{
	int fd = make_new(m, do_create, "create");

	if (archive_entry_size(m->entry) > 0)
		write_contents(m, fd);
	layer_attr_set(&m->attr, fd, m->attr.mode & 0777, object(m));
	layer_attr_free(&m->attr);
	if (close(fd))
		fail(object(m), "close");
}

static void make_directory(struct making *m)
{
	bool old = !*m->name || make_new(m, do_mkdir, "mkdir");

	if (old && m->tree->landing && m->tree->landing->owned)
		layer_attr_free(&m->attr); /* who copies into it has no say in what it is like */
	else
		tree_add_directory(m->tree, m->name, &m->attr); /* which frees the attributes */
}

/* What was made, and not what others may have put in its place since. */
static int open_made(struct making *m, mode_t type)
{
	const char *base;
	int parent = tree_parent(m->tree, m->name, &base);
	int fd = openat(parent, base, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		fail(object(m), "open");
	if ((st.st_mode & S_IFMT) != type)
		refuse(object(m), "was replaced by another program");
	return fd;
}

static void make_special(struct making *m)
{
	mode_t type = archive_entry_filetype(m->entry);
	bool link = type == AE_IFLNK;

	(void)(link ? make_new(m, do_symlink, "symlink") : make_new(m, do_mknod, "mknod"));
	CLOSED int fd = open_made(m, type);
	layer_attr_set_unopened(&m->attr, fd, link ? S_IFLNK : m->attr.mode & 0777, object(m));
	layer_attr_free(&m->attr);
}

/* A second name of a file that came earlier: the file has its attributes already. */
static void make_hard_link(struct making *m)
{
	FREED char *copy = xstrdup(archive_entry_hardlink(m->entry));
	FREED char *landed = NULL;
	const char *target = layer_name(copy), *base;
	if (m->tree->landing)
		target = landed = landing_name(m->tree, NULL, target);
	CLOSED int from = dup(tree_parent(m->tree, target, &base));

	layer_attr_free(&m->attr);
	if (!*target)
		refuse(object(m), "a hard link to the root");
	if (from < 0 || faccessat(from, base, F_OK, AT_SYMLINK_NOFOLLOW))
		fail(object(m), "find %.200s, which it is a link to", target);
	if (strcmp(target, m->name) == 0)
		return; /* and it must not go to make room for itself */
	for (int tries = 0; tries < 2; tries++) {
		const char *name;
		int parent = tree_parent(m->tree, m->name, &name);

		if (linkat(from, base, parent, name, 0) == 0)
			return;
		if (errno != EEXIST || tries)
			fail(object(m), "link to %.200s", target);
		tree_remove(m->tree, m->name);
	}
}

/* As a plain file it would show again what it was meant to delete. */
static void add_whiteout(struct making *m)
{
	if (!m->tree->over)
		refuse(object(m), "is a whiteout, and there are no layers below to delete from");
	tree_add_whiteout(m->tree, m->name);
}

static const struct {
	mode_t type;
	void (*make)(struct making *m);
} types[] = {
        {AE_IFREG, make_file     },
        {AE_IFDIR, make_directory},
        {AE_IFLNK, make_special  },
        {AE_IFCHR, make_special  },
        {AE_IFBLK, make_special  },
        {AE_IFIFO, make_special  },
};

void layer_make(struct making *m)
{
	mode_t type = archive_entry_filetype(m->entry);
	bool link = archive_entry_hardlink(m->entry); /* the type says nothing then */
	void (*make)(struct making *) = link ? make_hard_link : NULL;

	if (!*m->name && (link || type != AE_IFDIR))
		refuse(object(m), "the root is not a directory");
	if (layer_name_is_whiteout(m->name) && !m->tree->landing) {
		add_whiteout(m);
		return;
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && !link; i++)
		if (types[i].type == type)
			make = types[i].make;
	if (!make)
		refuse(object(m), "is of a type that no file has");
	if (m->tree->landing && !link && landing_leaves_out(m->tree->landing, type, object(m)))
		return;
	layer_attr_read(m->entry, &m->attr, object(m));
	if (m->tree->landing)
		landing_own(m->tree->landing, &m->attr, type);
	make(m);
}
