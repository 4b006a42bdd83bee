/* Names of containers: see names.h. */
#define _GNU_SOURCE
#include "names.h"

#include "err.h"
#include "io.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

static const char target_prefix[] = "../containers/";

bool name_is_valid(const char *name)
{
	if (!isalnum((unsigned char)name[0]) || !name[1])
		return false;
	for (name++; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_.-", *name))
			return false;
	return true;
}

static const char *link_path(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "names/%s", name);
	return path;
}

const char *name_file(const char *name)
{
	return store_file(link_path(name));
}

bool name_owner(int store, const char *name, char id[ID_SIZE])
{
	char target[sizeof(target_prefix) + ID_LENGTH];
	ssize_t length = readlinkat(store, link_path(name), target, sizeof(target));

	if (length < 0)
		return false;
	if (length != sizeof(target) - 1) {
		errno = EINVAL;
		return false;
	}
	target[length] = '\0';
	memcpy(id, target + sizeof(target_prefix) - 1, ID_SIZE);
	return true;
}

/* Has it another name, and nobody is at giving it this one? */
static bool is_another(int store, const char *id, const char *name)
{
	CLOSED int lock =
	        openat(store, record_path("", id, NULL), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct record record;

	if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) || !record_load(store, id, &record))
		return false;
	const char *real = record_value(&record, "name");
	return real && strcmp(real, name) != 0;
}

/* Is there no such container, and nobody who is making it? Or is it called otherwise? */
static bool is_stale(int store, const char *id, const char *name)
{
	struct stat st;

	if (fstatat(store, record_path("", id, NULL), &st, 0) == 0)
		return is_another(store, id, name);
	CLOSED int new =
	        openat(store, record_path(".new-", id, NULL), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (new >= 0 && flock(new, LOCK_EX | LOCK_NB))
		return false;
	/* Between the two looks it may have got its place. */
	return fstatat(store, record_path("", id, NULL), &st, 0) != 0;
}

static int lock_names(int store)
{
	int names = openat(store, "names", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (names >= 0 && flock(names, LOCK_EX)) {
		(void)close(names);
		return -1;
	}
	return names;
}

/* id NULL: whoever's, if stale */
static int unlink_name(int store, const char *name, const char *id)
{
	CLOSED int lock = lock_names(store);
	char owner[ID_SIZE];

	if (lock < 0)
		return errno == ENOENT ? 0 : -1;
	if (!name_owner(store, name, owner))
		return errno == ENOENT ? 0 : -1;
	if (id ? strcmp(owner, id) != 0 : !is_stale(store, owner, name))
		return 0;
	return unlinkat(store, link_path(name), 0);
}

int name_release(int store, const char *name, const char *id)
{
	return unlink_name(store, name, id);
}

void name_clear_stale(int store, const char *name)
{
	(void)unlink_name(store, name, NULL); /* the next one who looks finds it stale again */
}

bool name_take(int store, const char *name, const char *id, char owner[ID_SIZE])
{
	char target[sizeof(target_prefix) + ID_LENGTH];

	(void)snprintf(target, sizeof(target), "%s%s", target_prefix, id);
	for (int tries = 0; tries < 3; tries++) {
		if (symlinkat(target, store, link_path(name)) == 0)
			return true;
		if (errno != EEXIST)
			return false;
		if (name_owner(store, name, owner) && !is_stale(store, owner, name))
			break;
		name_clear_stale(store, name);
	}
	errno = EEXIST;
	return false;
}

char *name_take_random(int store, const char *id)
{
	static const char *const adjectives[] = {
	        "agile",  "amber",  "brave",   "bright", "brisk",  "calm",     "candid", "clever",
	        "cosy",   "daring", "dapper",  "eager",  "early",  "fair",     "fluent", "frank",
	        "gentle", "glad",   "golden",  "happy",  "humble", "jolly",    "keen",   "kind",
	        "lively", "loyal",  "lucid",   "mellow", "merry",  "mighty",   "modest", "neat",
	        "nimble", "noble",  "patient", "plucky", "polite", "proud",    "quick",  "quiet",
	        "ready",  "serene", "sharp",   "silent", "smart",  "snug",     "sober",  "solid",
	        "spry",   "steady", "sunny",   "swift",  "tidy",   "tranquil", "trusty", "upbeat",
	        "vivid",  "warm",   "wise",    "witty",  "worthy", "young",    "zany",   "zesty",
	};
	static const char *const surnames[] = {
	        "abel",    "ampere",   "babbage", "bernoulli", "bohr",    "boole",     "cantor",
	        "celsius", "church",   "cray",    "curie",     "darwin",  "dirac",     "eckert",
	        "edison",  "euler",    "faraday", "fermat",    "fermi",   "fibonacci", "franklin",
	        "galilei", "galois",   "gauss",   "germain",   "goedel",  "hamilton",  "hamming",
	        "hertz",   "hilbert",  "hopper",  "huygens",   "joule",   "kelvin",    "kepler",
	        "knuth",   "lagrange", "lamarr",  "laplace",   "leibniz", "linnaeus",  "lovelace",
	        "maxwell", "meitner",  "mendel",  "napier",    "newton",  "noether",   "ohm",
	        "pascal",  "pasteur",  "planck",  "ramanujan", "ritchie", "sagan",     "shannon",
	        "tesla",   "turing",   "volta",   "watt",      "wiles",   "wirth",     "wu",
	        "zuse",
	};
	_Static_assert(sizeof(adjectives) == sizeof(surnames) &&
	                       sizeof(surnames) / sizeof(surnames[0]) == 64,
	               "six bits choose a word");
	uint16_t random;

	for (int tries = 0; tries < 100; tries++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			fail(NULL, "getrandom");
		char *name = xprintf("%s_%s", adjectives[random & 63], surnames[random >> 6 & 63]);
		char target[sizeof(target_prefix) + ID_LENGTH];

		if (tries >= 3) { /* it is getting crowded */
			char *longer = xprintf("%s%d", name, tries * 16 + (random >> 12));
			free(name);
			name = longer;
		}
		(void)snprintf(target, sizeof(target), "%s%s", target_prefix, id);
		if (symlinkat(target, store, link_path(name)) == 0)
			return name;
		if (errno != EEXIST)
			fail(store_file(link_path(name)), "symlink");
		free(name);
	}
	refuse(NULL, "found no name that is free; use --name");
}
