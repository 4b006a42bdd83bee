/*
 * The digest of what would be copied: see context_digest.h. Of texts, each with the NUL at its end,
 * so that no two trees have the same ones; contents go in as their own digest.
 */
#define _GNU_SOURCE
#include "context_digest.h"

#include "context_attr.h"
#include "err.h"
#include "io.h"
#include "layer_links.h"
#include "layer_name.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

static void add_text(struct context_digest *d, const char *text)
{
	digest_add(&d->digest, text, strlen(text) + 1);
}

static void add_number(struct context_digest *d, uint64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, number);
	add_text(d, text);
}

static void add_attr(struct context_digest *d, const struct context_entry *entry)
{
	const struct layer_attr *attr = &entry->attr;

	add_number(d, S_ISLNK(entry->st.st_mode) ? 0 : attr->mode);
	add_number(d, d->owners ? attr->uid : 0);
	add_number(d, d->owners ? attr->gid : 0);
	for (const struct layer_xattr *x = attr->xattrs; x; x = x->next) {
		add_text(d, x->name);
		add_number(d, x->size);
		digest_add(&d->digest, x->value, x->size);
	}
	add_text(d, "");
}

void context_digest_contents(struct context_digest *d, struct digest *contents)
{
	char text[DIGEST_LENGTH + 1];

	digest_end(contents, text);
	add_text(d, text);
}

void context_digest_file(struct context_digest *d, int fd, const char *object)
{
	static char buffer[256 * 1024];
	struct digest contents;
	ssize_t got;

	digest_begin(&contents);
	for (off_t at = 0; (got = pread(fd, buffer, sizeof(buffer), at)) > 0; at += got)
		digest_add(&contents, buffer, (size_t)got);
	if (got < 0)
		fail(object, "read");
	context_digest_contents(d, &contents);
}

bool context_digest_entry(struct context_digest *d, const struct context_entry *entry)
{
	mode_t mode = entry->st.st_mode;

	if (S_ISSOCK(mode))
		return false;
	add_text(d, *entry->name ? entry->name : entry->base);
	add_number(d, mode & S_IFMT);
	if (S_ISDIR(mode) && !*entry->name)
		return false; /* only what is in it is copied */
	const char *first = S_ISREG(mode) && entry->st.st_nlink > 1 && *entry->name
	                            ? links_note(&d->links, &entry->st, entry->name)
	                            : NULL;
	add_text(d, first ? first : "");
	if (first)
		return false;
	add_attr(d, entry);
	if (S_ISLNK(mode))
		add_text(d, context_link(entry));
	else if (S_ISCHR(mode) || S_ISBLK(mode))
		add_number(d, entry->st.st_rdev);
	return S_ISREG(mode);
}

void context_digest_begin(struct context_digest *d, bool owners)
{
	*d = (struct context_digest){.owners = owners};
	digest_begin(&d->digest);
}

void context_digest_source(struct context_digest *d)
{
	links_free(d->links);
	d->links = NULL;
	add_number(d, d->sources++);
}

void context_digest_end(struct context_digest *d, char text[DIGEST_LENGTH + 1])
{
	links_free(d->links);
	digest_end(&d->digest, text);
}

static void enter(void *of, const struct context_entry *entry)
{
	struct context_digest *d = of;

	if (context_digest_entry(d, entry))
		context_digest_file(d, entry->fd, layer_object(NULL, entry->object));
}

static void leave(void *of, const struct context_entry *entry)
{
	(void)of, (void)entry;
}

void context_digest(const struct context *context, const struct context_sources *sources,
                    bool owners, char text[DIGEST_LENGTH + 1])
{
	struct context_digest d;
	struct context_visitor visitor = {&d, enter, leave};

	context_digest_begin(&d, owners);
	for (size_t i = 0; i < sources->count; i++) {
		context_digest_source(&d);
		context_walk(context, &sources->at[i], &visitor);
	}
	context_digest_end(&d, text);
}
