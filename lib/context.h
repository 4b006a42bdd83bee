/*
 * The directory that COPY and ADD of a Dockerfile take files from. It may be anybody's: links in it
 * lead nowhere else, and it may be changed while it is read.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "ignore.h"
#include "layer_attr.h"
#include "opt.h"
#include <sys/stat.h>

struct context {
	const char *path;      /* for messages */
	int root;              /* a descriptor */
	struct ignore ignore;  /* of paths below it: they are not there */
	struct ignore exclude; /* of paths below each of what is copied, or of its name */
	bool parents;          /* what is copied keeps the directories that it is in */
	bool literal;          /* sources are names, whatever wildcards they have */
	const char *leave_out; /* a directory that is not there either; NULL: none */
	struct stat left_out;
};

/* A file, or directory, that is to be copied. Valid while the visitor is called. */
struct context_entry {
	const char *name;   /* below what is copied, "" for that itself */
	const char *base;   /* its last part; of what is copied, as it was asked for */
	const char *object; /* below the context, for messages */
	int fd;             /* open for reading if it is a file or a directory, else O_PATH */
	struct stat st;
	struct layer_attr attr; /* read once, so that all who look see the same */
};

/* Who is told of them, in the same order for the same files. */
struct context_visitor {
	void *of;
	void (*enter)(void *of, const struct context_entry *entry); /* before what is below it */
	void (*leave)(void *of, const struct context_entry *entry); /* a directory, after that */
};

/* A source that was found. */
struct context_source {
	char *wanted; /* as it was asked for, or matched: its last part is what it is called */
	char *path;   /* without links */
	char *pivot;  /* the directory above it from which on parents are kept */
};

struct context_sources {
	struct context_source *at;
	size_t count;
};

/* fail()s. */
void context_open(struct context *context, const char *path);

/*
 * Find what is meant by SRC..., wildcards and all. refuse()s one that is not there; of wildcards,
 * if none at all matches anything.
 */
void context_find(const struct context *context, char **wanted, size_t count,
                  struct context_sources *sources);
void context_sources_free(struct context_sources *sources);

/* Tell the visitor of a source with all that is below. fail()s and refuse()s. */
void context_walk(const struct context *context, const struct context_source *source,
                  const struct context_visitor *visitor);

/* For those. */

/* Below the context, not through any link. The descriptor, or -1 with errno. */
int context_beneath(const struct context *context, const char *path, int flags);

/*
 * Where it leads to: the path without links, below the context whatever they say. The caller frees
 * it. NULL: nowhere.
 */
char *context_resolve(const struct context *context, const char *path);

/* Is it what `leave_out` says? */
bool context_leaves_out(const struct context *context, const struct stat *st);

/* There is no such source: refuse() it. */
_Noreturn void context_lacks(const char *wanted);

#endif
