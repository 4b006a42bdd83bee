/*
 * Containers as the store has them: ROOT/containers/ID/ with
 *     args, env   NUL-ended strings, never changed
 *     record      KEY=VALUE, NUL-ended, replaced as a whole
 *     run         what happens to its process this time: lines KEY TAB VALUE, appended as it
 *                 happens by who runs it. Each start has a new one, and keeps the one before as
 *     run.old     for when nothing comes of it
 *     upper work  of the overlay, which is mounted over upper
 * A record is built as .new-ID, locked (flock) for as long as its maker lives, and gets its place
 * by rename; on its way out it is .gone-ID, which anyone may delete at any time. So whatever dies
 * half-way leaves something that can be told to be stale. Nothing is synced: a record that is a few
 * seconds old may lose its contents with the power. `store` is a descriptor of ROOT.
 */
#ifndef RECORD_H
#define RECORD_H

#include "opt.h"
#include <stdbool.h>
#include <sys/types.h>

enum { ID_LENGTH = 64, ID_SIZE = ID_LENGTH + 1, ID_SHORT = 12 };

struct record {
	char id[ID_SIZE];
	struct list pairs;  /* KEY=VALUE from the file */
	struct list facts;  /* likewise, from `run`: pid and start only of a process that lives */
	const char *status; /* created: not started yet; running; paused; exited; restarting: that,
	                       and its supervisor looks whether to start it again; dead: it, or
	                       who was to start it, ended unseen */
	bool alive;         /* its process is there: not so when its supervisor alone still is */
	bool claimed;       /* somebody is about to start it */
	bool again;         /* who claimed it did not make it */
};

/* Where the store is: root, or $MINI_DOCKER_ROOT, or /var/lib/mini-docker. An absolute path. */
const char *store_path(const char *root);

/* Open the store. make: make the path if it is missing. -1 with errno. */
int store_open(const char *path, bool make);

/*
 * The one of store_path(root); fail()s. But -1 when there is none: no containers yet, and no
 * descriptor that is one.
 */
int store_get(const char *root, bool make);

/* ROOT/relative, for messages; never freed */
const char *store_file(const char *relative);

bool id_is_valid(const char *id); /* 64 lower-case hexadecimal digits */
bool key_is_valid(const char *key,
                  size_t length); /* [a-z_][a-z0-9_]*, and not one that is derived */

/* containers/PREFIXid[/file], in memory that the fourth call from here takes again */
const char *record_path(const char *prefix, const char *id, const char *file);

/*
 * Full id, name, or the beginning of an id that no other has. Only the last looks at other
 * containers. NULL, or why there is none; an id in full is taken as it is.
 */
const char *record_find(int store, const char *text, char id[ID_SIZE]);

/* Read it. False with errno, ENOENT: there is none. What it points to is never freed. */
bool record_load(int store, const char *id, struct record *record);

/* Find it and read it; fail()s, refuse()s. */
void record_get(int store, const char *text, struct record *record);

/* Of it: what the file `run` and the kernel tell. False with errno. */
bool record_load_facts(int store, struct record *record);

/* Who waits for its process, or cleans up after it, is there. */
bool record_is_supervised(const struct record *record);

/*
 * A file of a record, a NUL behind it; NULL with errno. They are small, there may be thousands of
 * them, and none is ever freed: what is left of one piece of memory is for the next ones. *locked,
 * unless it is NULL: another process has locked the file.
 */
char *record_read(int store, const char *path, size_t *length, bool *locked);

/* The value of the first KEY=VALUE with that key, or NULL. */
const char *pair_value(const struct list *pairs, const char *key);

/*
 * Of `record`, `run`, or derived: id, dir, status. NULL when it has no such key; what a process
 * would have to be there for is empty.
 */
const char *record_value(const struct record *record, const char *key);

/* Replace or add KEY=VALUE, in memory. The record keeps the pointer. */
void record_put(struct record *record, char *pair);

/* Make the file `path`, below the store, out of NUL-ended strings; fail()s. */
void record_write(int store, const char *path, const struct list *strings);

/* The same of text, without a NUL. */
void record_write_text(int store, const char *path, const char *text);

/* A descriptor that, as long as it is open, keeps others from changing this record. fail()s. */
int record_lock(int store, const char *id);

/* Read it with that lock; fail()s. */
void record_load_locked(int store, const char *id, struct record *record);

/* With it: put this text in the place of `run`; whoever wrote the old one writes there and not
   here. fail()s. */
void record_replace_run(int store, const char *id, const char *text);

/* What a record is made of. */
struct recipe {
	const char *id;   /* NULL: a random one */
	const char *name; /* NULL: a random one */
	pid_t owner; /* until it runs it is dead when this process is; 0: it may wait for ever */
	struct list pairs, env, args;
};

/* The one that a command line gives, and its options. */
extern struct recipe recipe_given;
extern const struct opt recipe_options[];
void recipe_opt_owner(const struct opt *opt, const char *arg);

/* KEY=VALUE, kept as a pointer; usage_error() when it is none. */
void recipe_add_pair(struct recipe *recipe, const char *pair);

/*
 * Make it: id, name, time, files, directories, with modes that a umask of 0 lets be. Returns the
 * id, which the caller frees. Fails with the store as it was; until keep_what_is_done(), so does a
 * failure that comes later.
 */
char *record_make(int store, const struct recipe *recipe);

/* Replace pairs in the record, as one change among others that are made meanwhile; fail()s. */
void record_set(int store, const char *id, const struct list *pairs);

/* The same for who has the lock. */
void record_change(int store, const char *id, const struct list *pairs);

/*
 * Claim it for `owner`, who is about to start it: until then, or until the owner is dead, nobody
 * else can, nor remove it. Replaces `run`. refuse()s one that runs or is claimed.
 */
void record_begin(int store, const char *id, pid_t owner);

/*
 * A container that is dead has exited from now on, with the status that its end speaks for. One
 * that was claimed by who is dead, or our parent, and did not start is what it was before.
 */
void record_settle(int store, const char *id);

/* Another name for it; refuse()s one that is taken. */
void record_rename(int store, const char *id, const char *name);

/*
 * Wait until it runs no more, for at most `nano` nanoseconds (weeks: for ever). Returns its exit
 * status, also if the record is removed meanwhile; -1: it runs still. fail()s.
 */
int record_wait(int store, const char *id, uint64_t nano);

/*
 * The same in two steps: what happens after the first one is not missed. The descriptors are
 * CLOEXEC, -1 for what is gone.
 */
struct record_end {
	int store;
	const char *id; /* the caller's */
	int run, supervisor, process;
};
struct record_end record_end_of(int store, const char *id);
int record_end_wait(const struct record_end *end, uint64_t nano);

/*
 * Run a command, with signals handed on to it, and wait for the end of both. Returns the exit
 * status of the container; that of the command if it is not 0, without waiting for the container.
 * The caller's descriptors from 3 up are the command's alone.
 */
int record_await(int store, const char *id, char **command);

/* The lines of `run` that tell who is about to start it. */
char *record_claim(pid_t owner, bool again);

/*
 * Take the record out of the store, whatever is in it, with its name. Gone already is success. -1,
 * and it was said why: it runs, or another than our parent claims it, and it is left; or not all of
 * it could be deleted, and it is gone all the same. unstarted: one whose command was executed is
 * left, 0.
 */
int record_remove(int store, const char *id, bool unstarted);

/* The same of one that record_find() has to find. */
int record_remove_found(int store, const char *text, bool unstarted);

/* Delete .new-ID unless its maker lives. True: it is gone. */
bool record_clear_new(int store, const char *id);

/*
 * Remove what dead makers and removers left, stale names, and with `exited` the containers that
 * ended; ids go to stdout, one a line. 0, or -1 when not all could be removed, and was said.
 */
int record_prune(int store, bool exited);

#endif
