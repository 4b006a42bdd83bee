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

struct digesting {
	const struct context *context;
	struct digest digest;
	void *links; /* of this source */
	bool owners;
	char buffer[256 * 1024];
};

static void add_text(struct digesting *d, const char *text)
{
	digest_add(&d->digest, text, strlen(text) + 1);
}

static void add_number(struct digesting *d, uint64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, number);
	add_text(d, text);
}

static void add_contents(struct digesting *d, const struct context_entry *entry)
{
	char text[DIGEST_LENGTH + 1];
	struct digest contents;
	ssize_t got;

	digest_begin(&contents);
	while ((got = read(entry->fd, d->buffer, sizeof(d->buffer))) > 0)
		digest_add(&contents, d->buffer, (size_t)got);
	if (got < 0)
		fail(layer_object(NULL, entry->object), "read");
	digest_end(&contents, text);
	add_text(d, text);
}

static void add_attr(struct digesting *d, const struct context_entry *entry)
{
	struct layer_attr attr;

	context_attr(entry, &attr);
	add_number(d, S_ISLNK(entry->st.st_mode) ? 0 : attr.mode);
	add_number(d, d->owners ? attr.uid : 0);
	add_number(d, d->owners ? attr.gid : 0);
	for (const struct layer_xattr *x = attr.xattrs; x; x = x->next) {
		add_text(d, x->name);
		add_number(d, x->size);
		digest_add(&d->digest, x->value, x->size);
	}
	add_text(d, "");
	layer_attr_free(&attr);
}

static void enter(void *of, const struct context_entry *entry)
{
	struct digesting *d = of;
	mode_t mode = entry->st.st_mode;

	if (S_ISSOCK(mode))
		return;
	add_text(d, *entry->name ? entry->name : entry->base);
	add_number(d, mode & S_IFMT);
	if (S_ISDIR(mode) && !*entry->name)
		return; /* only what is in it is copied */
	const char *first = S_ISREG(mode) && entry->st.st_nlink > 1 && *entry->name
	                            ? links_note(&d->links, &entry->st, entry->name)
	                            : NULL;
	add_text(d, first ? first : "");
	if (first)
		return;
	add_attr(d, entry);
	if (S_ISREG(mode))
		add_contents(d, entry);
	else if (S_ISLNK(mode))
		add_text(d, context_link(entry));
	else if (S_ISCHR(mode) || S_ISBLK(mode))
		add_number(d, entry->st.st_rdev);
}

static void leave(void *of, const struct context_entry *entry)
{
	(void)of, (void)entry;
}

void context_digest(const struct context *context, const struct context_sources *sources,
                    bool owners, char text[DIGEST_LENGTH + 1])
{
	struct digesting *d = xalloc(sizeof(*d));
	struct context_visitor visitor = {d, enter, leave};

	d->owners = owners;
	digest_begin(&d->digest);
	for (size_t i = 0; i < sources->count; i++) {
		add_number(d, i);
		context_walk(context, &sources->at[i], &visitor);
		links_free(d->links);
		d->links = NULL;
	}
	digest_end(&d->digest, text);
	free(d);
}
