/* What no image needs: see image_sweep.h. */
#define _GNU_SOURCE
#include "image_sweep.h"

#include "image_needed.h"
#include "io.h"
#include "layout_steps.h"
#include "ns.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char layer_gone[] = ".gone-", blob_gone[] = ".gone-blob-";

struct sweep {
	const struct store *store;
	pid_t pid;
	unsigned long long start;
	json_t *needed, *used; /* by anything; by containers */
	struct list doomed;
};

/* What the name of something set aside says; the digest is "" when it is no such name. */
struct aside {
	bool is_blob;
	char digest[DIGEST_LENGTH + 1];
	int pid;
	unsigned long long start;
};

static struct aside parse_aside(const char *name)
{
	struct aside aside = {.is_blob = !strncmp(name, blob_gone, strlen(blob_gone))};
	size_t skip = strlen(aside.is_blob ? blob_gone : layer_gone);

	if (strncmp(name, layer_gone, strlen(layer_gone)) != 0 || strlen(name) <= skip + DIGEST_HEX)
		return aside;
	(void)snprintf(aside.digest, sizeof(aside.digest), "%s%.*s", DIGEST_PREFIX, DIGEST_HEX,
	               name + skip);
	if (!digest_is_valid(aside.digest) ||
	    sscanf(name + skip + DIGEST_HEX, "-%d-%llu", &aside.pid, &aside.start) != 2)
		aside.digest[0] = '\0';
	return aside;
}

static char *aside_name(const struct sweep *sweep, bool is_blob, const char *digest)
{
	return xprintf("%s%s-%d-%llu", is_blob ? blob_gone : layer_gone,
	               digest + strlen(DIGEST_PREFIX), sweep->pid, sweep->start);
}

/* A file's name of 64 digits as a digest: "" when it is not one. */
static const char *as_digest(const char *name)
{
	static char digest[DIGEST_LENGTH + 1];

	(void)snprintf(digest, sizeof(digest), "%s%.*s", DIGEST_PREFIX, DIGEST_HEX, name);
	if (!digest_is_valid(digest) || strlen(name) != DIGEST_HEX)
		digest[0] = '\0';
	return digest;
}

/* NULL: it is not there, so there is nothing in it. */
static DIR *open_list(const struct store *store, int at, const char *name)
{
	int fd = at < 0 ? -1 : openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && at >= 0 && errno != ENOENT)
		fail(store->root, "read %s", name);
	return dir;
}

static void close_list(DIR *dir)
{
	if (dir)
		(void)closedir(dir);
}

static struct sweep sweep_of(const struct store *store, pid_t pid)
{
	struct sweep sweep = {.store = store, .pid = pid, .start = process_start(pid)};

	if (!sweep.start)
		refuse(NULL, "--owner: %d: there is no such process", pid);
	return sweep;
}

/*
 * The first step for one. If there is such a layer already it stays, as it may be in use: a number
 * behind the name tells both from each other.
 */
static void set_aside(const struct sweep *sweep, int from, const char *name, bool is_blob,
                      const char *digest)
{
	FREED char *first = aside_name(sweep, is_blob, digest);
	int layers = sweep->store->layers, result = renameat(from, name, layers, first);

	for (int i = 2; result && (errno == EEXIST || errno == ENOTEMPTY); i++) {
		FREED char *next = xprintf("%s-%d", first, i);

		result = renameat(from, name, layers, next);
	}
	if (result)
		fail(sweep->store->root, "set %s aside", name);
}

void sweep_layer(const struct store *store, const char *diff_id)
{
	struct sweep sweep = sweep_of(store, getpid());

	set_aside(&sweep, store->layers, diff_id + strlen(DIGEST_PREFIX), false, diff_id);
}

static bool is_mine(const struct sweep *sweep, const struct aside *aside)
{
	return *aside->digest && aside->pid == sweep->pid && aside->start == sweep->start;
}

/* What others left that are dead becomes ours. */
static void take_over(const struct sweep *sweep)
{
	DIR *dir = open_list(sweep->store, sweep->store->layers, ".");

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		struct aside aside = parse_aside(entry->d_name);

		if (*aside.digest && process_start(aside.pid) != aside.start)
			set_aside(sweep, sweep->store->layers, entry->d_name, aside.is_blob,
			          aside.digest);
	}
	close_list(dir);
}

/* The configs of images in use come back first, for they tell what else has to. */
static void put_configs_back(const struct sweep *sweep, const struct list *keep)
{
	for (size_t i = 0; i < keep->count; i++) {
		const char *id = keep->at[i];

		if (!digest_is_valid(id))
			continue;
		FREED char *name = aside_name(sweep, true, id);
		if (sweep->store->layers >= 0 &&
		    renameat(sweep->store->layers, name, sweep->store->images, blob_path(id)) &&
		    errno != ENOENT)
			fail(sweep->store->root, "put blob %s back", id);
	}
}

static void set_all_aside(const struct sweep *sweep, bool blobs)
{
	const struct store *store = sweep->store;
	DIR *dir = open_list(store, blobs ? store->images : store->layers,
	                     blobs ? "blobs/sha256" : ".");

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		const char *digest = as_digest(entry->d_name);

		if (*digest && !json_object_get(sweep->needed, digest))
			set_aside(sweep, dirfd(dir), entry->d_name, blobs, digest);
	}
	close_list(dir);
}

int sweep_aside(struct store *store, pid_t sweeper, const struct list *keep)
{
	struct sweep sweep = sweep_of(store, sweeper);

	steps_drop_old(store);
	take_over(&sweep);
	put_configs_back(&sweep, keep);
	if (!(sweep.needed = image_needed(store, keep)))
		return -1;
	if (store->layers >= 0)
		set_all_aside(&sweep, true);
	set_all_aside(&sweep, false);
	json_decref(sweep.needed);
	return 0;
}

/* The second step for one. */
static void judge(struct sweep *sweep, const char *name, const struct aside *aside)
{
	int layers = sweep->store->layers;
	bool needed = json_object_get(sweep->needed, aside->digest);

	if (needed) {
		int dir = aside->is_blob ? sweep->store->images : layers;
		const char *at_home = aside->is_blob ? blob_path(aside->digest)
		                                     : aside->digest + strlen(DIGEST_PREFIX);

		/* If a layer has come again meanwhile, either may be what a container uses. */
		if (!renameat(layers, name, dir, at_home) ||
		    (errno != ENOTEMPTY && errno != EEXIST) ||
		    json_object_get(sweep->used, aside->digest))
			return;
	}
	if (aside->is_blob) {
		if (unlinkat(layers, name, 0))
			fail(sweep->store->root, "delete layers/%s", name);
		return;
	}
	/* Half deleted it must not be put back by another sweep. */
	char *dead = xprintf("%s%s-%d", LAYER_DEAD, name, getpid());
	if (renameat(layers, name, layers, dead))
		fail(sweep->store->root, "rename layers/%s", name);
	if (!needed)
		printf("layer\t%s\n", aside->digest);
	list_add(&sweep->doomed, dead);
}

/* Asked for when the first step has found anything. */
static bool know_needed(struct sweep *sweep, const struct list *keep)
{
	if (sweep->needed)
		return true;
	put_configs_back(sweep, keep);
	sweep->used = image_used(sweep->store, keep);
	return (sweep->needed = image_needed(sweep->store, keep));
}

int sweep_delete(struct store *store, pid_t sweeper, const struct list *keep)
{
	struct sweep sweep = sweep_of(store, sweeper);
	int failed = 0;

	DIR *dir = open_list(store, store->layers, ".");
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		struct aside aside = parse_aside(entry->d_name);

		if (!is_mine(&sweep, &aside))
			continue;
		if (!know_needed(&sweep, keep))
			return -1;
		judge(&sweep, entry->d_name, &aside);
	}
	close_list(dir);
	json_decref(sweep.needed);
	store_unlock(store); /* this may take its time */
	for (size_t i = 0; i < sweep.doomed.count; i++)
		if (remove_tree(store->layers, sweep.doomed.at[i])) {
			complain(store->root, "delete layers/%s", sweep.doomed.at[i]);
			failed = -1;
		}
	return failed;
}
