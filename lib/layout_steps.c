/* Cached steps of builds: see layout_steps.h. */
#define _GNU_SOURCE
#include "layout_steps.h"

#include "err.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { LINE = 3 * (DIGEST_HEX + 1), MOST = 256 << 20 };
static const char file[] = "steps", new_file[] = ".new-steps";

static struct cached_step *grow(struct cached_steps *steps)
{
	if (steps->count % 1024 == 0)
		steps->at = xrealloc(steps->at, (steps->count + 1024) * sizeof(*steps->at));
	return &steps->at[steps->count++];
}

static void set_digest(char digest[DIGEST_LENGTH + 1], const char *hex)
{
	char *end = stpcpy(digest, DIGEST_PREFIX);

	(void)memcpy(end, hex, DIGEST_HEX);
	end[DIGEST_HEX] = '\0';
}

static void take_line(struct cached_steps *steps, const char *line)
{
	const char *id = line + DIGEST_HEX + 1, *digest = id + DIGEST_HEX + 1;

	if (id[-1] != ' ' || digest[-1] != ' ')
		return;
	struct cached_step *step = grow(steps);
	(void)memcpy(step->key, line, DIGEST_HEX);
	step->key[DIGEST_HEX] = '\0';
	set_digest(step->id, id);
	set_digest(step->digest, digest);
}

struct cached_steps *store_steps(const struct store *store)
{
	struct cached_steps *steps = store->steps;
	size_t length;

	if (steps->read || store->images < 0)
		return steps;
	steps->read = true;
	FREED char *text = read_file(store->images, file, MOST, &length);
	if (!text && errno != ENOENT)
		fail(xprintf("%s/images/%s", store->root, file), "read");
	for (char *line = text, *end; text && (end = memchr(line, '\n', length)); line = end + 1) {
		if (end - line == LINE - 1)
			take_line(steps, line);
		length -= (size_t)(end + 1 - line);
	}
	return steps;
}

void step_drop(const struct store *store, size_t i)
{
	struct cached_steps *steps = store_steps(store);

	steps->count--;
	(void)memmove(&steps->at[i], &steps->at[i + 1], (steps->count - i) * sizeof(*steps->at));
	steps->changed = true;
}

void step_add(const struct store *store, const char *key, const char *id, const char *digest)
{
	struct cached_steps *steps = store_steps(store);

	for (size_t i = steps->count; i-- > 0;)
		if (!strcmp(steps->at[i].key, key) && !strcmp(steps->at[i].id, id))
			step_drop(store, i);
	struct cached_step *step = grow(steps);
	(void)snprintf(step->key, sizeof(step->key), "%s", key);
	(void)snprintf(step->id, sizeof(step->id), "%s", id);
	(void)snprintf(step->digest, sizeof(step->digest), "%s", digest);
	steps->changed = true;
}

bool steps_in_use(const struct store *store)
{
	CLOSED int layers = openat(store->layers, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return layers < 0 || flock(layers, LOCK_EX | LOCK_NB);
}

void steps_drop_old(struct store *store)
{
	struct cached_steps *steps = store_steps(store);

	if (!steps->count || steps_in_use(store))
		return;
	json_t *newer = json_object();
	size_t before = steps->count;
	for (size_t i = steps->count; i-- > 0;) {
		if (json_object_get(newer, steps->at[i].key))
			step_drop(store, i);
		else
			(void)json_object_set_new(newer, steps->at[i].key, json_true());
	}
	json_decref(newer);
	if (steps->count < before) {
		store_write(store);
		store_commit(store);
	}
}

json_t *step_entry(const struct store *store, const struct cached_step *step)
{
	struct stat st = {0};

	if (digest_is_valid(step->digest))
		(void)fstatat(store->images, blob_path(step->digest), &st, 0);
	json_t *entry =
	        json_pack("{ss ss sI s{ss}}", "mediaType", MEDIA_MANIFEST, "digest", step->digest,
	                  "size", (json_int_t)st.st_size, "annotations", CACHE_KEY, step->key);
	if (!entry)
		refuse(xprintf("%s/images/%s", store->root, file), "a step is not UTF-8");
	return entry;
}

/* One whose manifest cannot be read would not be found. */
void steps_leave_index(const struct store *store)
{
	json_t *manifests = store_manifests(store);

	for (size_t i = 0; i < json_array_size(manifests);) {
		json_t *entry = json_array_get(manifests, i);
		const char *key = entry_cache_key(entry);
		struct place blob = {0};

		if (!key) {
			i++;
			continue;
		}
		const char *why = store_try_blob(store, store->index.file, entry, &blob);
		const char *id = text_member(json_object_get(blob.value, "config"), "digest");
		if (!why && id && digest_is_valid(id) && digest_hex_span(key) == DIGEST_HEX)
			step_add(store, key, id, text_member(entry, "digest"));
		json_decref(blob.value);
		(void)json_array_remove(manifests, i);
	}
}

int steps_write(const struct store *store)
{
	const struct cached_steps *steps = store->steps;

	if (!steps->changed)
		return 0;
	FREED char *text = xalloc(steps->count * LINE + 1);
	char *end = text;
	for (size_t i = 0; i < steps->count; i++)
		end += sprintf(end, "%s %s %s\n", steps->at[i].key,
		               steps->at[i].id + strlen(DIGEST_PREFIX),
		               steps->at[i].digest + strlen(DIGEST_PREFIX));
	CLOSED int fd =
	        openat(store->images, new_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return fd < 0 ? -1 : write_all(fd, text, (size_t)(end - text));
}

int steps_commit(const struct store *store)
{
	return store->steps->changed ? renameat(store->images, new_file, store->images, file) : 0;
}

void steps_tidy(const struct store *store)
{
	(void)unlinkat(store->images, new_file, 0); /* if not, the next writer takes it over */
}
