/* Images as a tar archive: see image_save.h. */
#define _GNU_SOURCE
#include "image_save.h"

#include "io.h"
#include "progress.h"
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct writing {
	struct archive *archive;
	struct archive_entry *entry;
	struct progress progress;
	uint64_t done; /* bytes of blobs */
	int out;
	const char *name;
	char buffer[256 * 1024];
};

static void check(const struct writing *w, la_ssize_t result, const char *what)
{
	const char *why = archive_error_string(w->archive);

	if (result < ARCHIVE_OK)
		refuse(what, "put it into an archive: %s", why ? why : "unknown");
}

static la_ssize_t write_out(struct archive *archive, void *of, const void *data, size_t length)
{
	const struct writing *w = of;

	(void)archive;
	if (write_all(w->out, data, length))
		fail(w->name, "write");
	return (la_ssize_t)length;
}

/* Nothing of who saves, or when, is in it. */
static void put_header(struct writing *w, const char *name, mode_t type, uint64_t size)
{
	archive_entry_clear(w->entry);
	archive_entry_set_pathname(w->entry, name);
	archive_entry_set_filetype(w->entry, type);
	archive_entry_set_perm(w->entry, type == S_IFDIR ? 0755 : 0644);
	archive_entry_set_size(w->entry, (la_int64_t)size);
	archive_entry_set_mtime(w->entry, 0, 0);
	check(w, archive_write_header(w->archive, w->entry), name);
}

static void put_json(struct writing *w, const char *name, const json_t *value)
{
	FREED char *text = json_dumps(value, JSON_COMPACT);

	if (!text)
		fail(NULL, "memory");
	put_header(w, name, S_IFREG, strlen(text));
	check(w, archive_write_data(w->archive, text, strlen(text)), name);
}

static void put_blob(struct writing *w, const struct saved_blob *blob)
{
	char real[DIGEST_LENGTH + 1];
	const char *name = blob_path(blob->digest);
	struct digest digest;
	ssize_t got;

	put_header(w, name, S_IFREG, blob->size);
	digest_begin(&digest);
	for (uint64_t left = blob->size; left; left -= (uint64_t)got) {
		got = read(blob->fd, w->buffer,
		           left < sizeof(w->buffer) ? (size_t)left : sizeof(w->buffer));
		if (got < 0)
			fail(name, "read");
		if (!got)
			refuse(name, "became shorter while it was read");
		digest_add(&digest, w->buffer, (size_t)got);
		check(w, archive_write_data(w->archive, w->buffer, (size_t)got), name);
		progress_show(&w->progress, w->done += (uint64_t)got);
	}
	digest_end(&digest, real);
	if (strcmp(real, blob->digest) != 0)
		refuse(name, "damaged: its digest is %s", real);
}

static void begin(struct writing *w)
{
	w->archive = archive_write_new();
	w->entry = archive_entry_new();
	if (!w->archive || !w->entry)
		fail(NULL, "memory");
	/* "restricted": ustar, and pax only for what that has no room for, such as 9 GB. */
	if (archive_write_set_format_pax_restricted(w->archive) ||
	    archive_write_set_bytes_per_block(w->archive, sizeof(w->buffer)) ||
	    archive_write_set_bytes_in_last_block(w->archive, 1) ||
	    archive_write_open(w->archive, w, NULL, write_out, NULL))
		check(w, ARCHIVE_FATAL, w->name);
}

void save_tar(const struct saved *saved, int out, const char *name, bool progress)
{
	static struct writing w;
	json_t *version = json_pack("{ss}", "imageLayoutVersion", "1.0.0");

	w = (struct writing){.out = out, .name = name};
	progress_begin(&w.progress, progress, saved->bytes);
	begin(&w);
	/* What it is comes first, so that who reads from a pipe knows what follows. */
	put_json(&w, "oci-layout", version);
	put_json(&w, "index.json", saved->index);
	put_json(&w, "manifest.json", saved->manifests);
	if (json_object_size(saved->repositories))
		put_json(&w, "repositories", saved->repositories);
	put_header(&w, "blobs", S_IFDIR, 0);
	put_header(&w, "blobs/sha256", S_IFDIR, 0);
	for (size_t i = 0; i < saved->count; i++)
		put_blob(&w, &saved->blobs[i]);
	check(&w, archive_write_close(w.archive), name);
	(void)archive_write_free(w.archive);
	archive_entry_free(w.entry);
	json_decref(version);
	progress_end(&w.progress);
}
