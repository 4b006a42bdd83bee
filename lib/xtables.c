/* Tables of iptables: see xtables.h. */
#define _GNU_SOURCE
#include "xtables.h"

#include "err.h"
#include "io.h"
#include "library.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { TRIES = 100 };

/*
 * What there is of libiptc, with `iptc_` or `ip6tc_` in front, in this order. Handles and entries
 * are of other types for IPv4 and IPv6, pointers both times.
 */
static const char *const names[] = {
        "init",         "free",         "commit",        "strerror",     "is_chain",
        "create_chain", "delete_chain", "flush_entries", "get_policy",   "first_rule",
        "next_rule",    "get_target",   "insert_entry",  "append_entry", "delete_num_entry",
};
static struct calls {
	void *(*init)(const char *table);
	void (*free)(void *handle);
	int (*commit)(void *handle);
	const char *(*strerror)(int error);
	int (*is_chain)(const char *chain, void *handle);
	int (*create_chain)(const char *chain, void *handle);
	int (*delete_chain)(const char *chain, void *handle);
	int (*flush_entries)(const char *chain, void *handle);
	const char *(*get_policy)(const char *chain, void *counters, void *handle);
	const void *(*first_rule)(const char *chain, void *handle);
	const void *(*next_rule)(const void *before, void *handle);
	const char *(*get_target)(const void *entry, void *handle);
	int (*insert_entry)(const char *chain, const void *entry, unsigned int at, void *handle);
	int (*append_entry)(const char *chain, const void *entry, void *handle);
	int (*delete_num_entry)(const char *chain, unsigned int at, void *handle);
} calls4, calls6;

static const struct calls *call(int family)
{
	struct calls *calls = family == AF_INET ? &calls4 : &calls6;
	const char *file = family == AF_INET ? "libip4tc.so.2" : "libip6tc.so.2";

	_Static_assert(sizeof(calls4) == sizeof(names), "a name for each call");
	if (calls->init)
		return calls;

	void *library = library_load(file);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *name = xprintf("ip%stc_%s", family == AF_INET ? "" : "6", names[i]);
		void *found = library_symbol(library, file, name);

		memcpy((char *)calls + i * sizeof(found), &found, sizeof(found));
		free(name);
	}
	return calls;
}

static const char *list_of_tables(int family)
{
	return family == AF_INET ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names";
}

/* Nothing in the kernel asks for this module by itself; iptables does as here. */
static void load_module(const char *name)
{
	FREED char *program = read_file(AT_FDCWD, "/proc/sys/kernel/modprobe", PATH_MAX, NULL);
	pid_t child;

	if (!program || *program != '/')
		return;
	program[strcspn(program, "\n")] = '\0';
	child = fork();
	if (child == 0) {
		execl(program, program, "-q", name, (char *)NULL);
		_exit(127);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

bool xtables_usable(int family)
{
	if (access(list_of_tables(family), F_OK) != 0)
		load_module(family == AF_INET ? "ip_tables" : "ip6_tables");
	return access(list_of_tables(family), F_OK) == 0;
}

bool xtables_there(int family, const char *table)
{
	FREED char *list = read_file(AT_FDCWD, list_of_tables(family), 1 << 16, NULL);
	char *rest = list, *line;

	while ((line = strsep(&rest, "\n")))
		if (strcmp(line, table) == 0)
			return true;
	return false;
}

static _Noreturn void fail_table(const struct xtable *t, const char *what)
{
	const char *tool = t->family == AF_INET ? "iptables" : "ip6tables";

	refuse(tool, "table %s: %s: %s", t->name, what, call(t->family)->strerror(errno));
}

static void check(const struct xtable *t, int done, const char *what)
{
	if (!done)
		fail_table(t, what);
}

/* The lock that iptables itself takes. It goes with the process: what undoes things needs it too.
 */
static void take_lock(void)
{
	static int fd = -1;
	const char *file = getenv("XTABLES_LOCKFILE");

	if (fd >= 0)
		return;
	if (!file || !*file)
		file = "/run/xtables.lock";
	fd = open(file, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		fail(file, "open");
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR)
			fail(file, "lock");
}

void xtables_change(int family, const char *table, bool (*fill)(struct xtable *t, const void *of),
                    const void *of)
{
	struct xtable t = {family, table, NULL};
	const struct calls *calls = call(family);
	bool done = false;

	if (!xtables_usable(family))
		refuse(family == AF_INET ? "iptables" : "ip6tables", "the kernel does not have it");
	take_lock();
	for (int tries = 1; !done; tries++) {
		t.handle = calls->init(table);
		if (!t.handle)
			fail_table(&t, "read");
		done = !fill(&t, of) || calls->commit(t.handle);
		/* Who takes no lock may have been in between. */
		if (!done && (errno != EAGAIN || tries == TRIES))
			fail_table(&t, "change");
		calls->free(t.handle);
	}
}

bool xtables_has_chain(struct xtable *t, const char *chain)
{
	return call(t->family)->is_chain(chain, t->handle);
}

void xtables_make_chain(struct xtable *t, const char *chain)
{
	if (!xtables_has_chain(t, chain))
		check(t, call(t->family)->create_chain(chain, t->handle), chain);
}

void xtables_remove_chain(struct xtable *t, const char *chain)
{
	check(t, call(t->family)->flush_entries(chain, t->handle), chain);
	check(t, call(t->family)->delete_chain(chain, t->handle), chain);
}

bool xtables_drops(struct xtable *t, const char *chain)
{
	unsigned long long counters[2];
	const char *policy = call(t->family)->get_policy(chain, counters, t->handle);

	return policy && strcmp(policy, "DROP") == 0;
}

void xtables_insert(struct xtable *t, const char *chain, const struct rule *rule, unsigned int at)
{
	_Alignas(8) unsigned char bytes[RULE_ROOM];
	const struct calls *calls = call(t->family);

	rule_encode(t->family, rule, bytes);
	check(t,
	      at == UINT_MAX ? calls->append_entry(chain, bytes, t->handle)
	                     : calls->insert_entry(chain, bytes, at, t->handle),
	      chain);
}

void xtables_each(struct xtable *t, const char *chain,
                  bool (*take)(const struct rule *rule, void *to), void *to)
{
	const struct calls *calls = call(t->family);
	const void *at = calls->first_rule(chain, t->handle);
	struct rule rule;

	for (; at; at = calls->next_rule(at, t->handle)) {
		rule_decode(t->family, at, calls->get_target(at, t->handle), &rule);
		if (!take(&rule, to))
			return;
	}
}

unsigned int xtables_remove(struct xtable *t, const char *chain,
                            bool (*is)(const struct rule *rule, const void *of), const void *of)
{
	const struct calls *calls = call(t->family);
	const void *at = calls->first_rule(chain, t->handle), *next;
	unsigned int number = 0, removed = 0;
	struct rule rule;

	for (; at; at = next) {
		rule_decode(t->family, at, calls->get_target(at, t->handle), &rule);
		next = calls->next_rule(at, t->handle);
		if (!is(&rule, of)) {
			number++;
			continue;
		}
		check(t, calls->delete_num_entry(chain, number, t->handle), chain);
		removed++;
	}
	return removed;
}
