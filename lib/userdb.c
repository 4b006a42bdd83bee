/* The container's users and groups: see userdb.h. */
#define _GNU_SOURCE
#include "userdb.h"

#include "err.h"
#include "inside.h"
#include "io.h"
#include "num.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

enum { LARGEST_FILE = 16 << 20, FIELDS = 7 };

/* The whole file; "" when there is none. An image may hold anything here: a fifo must not hang us.
 */
static char *read_database(const char *path)
{
	CLOSED int fd = inside_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	char *text = NULL;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return xstrdup("");
	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		refuse(path, "not a regular file");
	if (fd >= 0)
		text = read_all(fd, LARGEST_FILE, NULL);
	if (!text)
		fail(path, "read");
	return text;
}

/* The next line that has at least `least` fields; the fields that are missing are "". */
static bool next_entry(char **text, char *fields[FIELDS], int least)
{
	char *line;

	while ((line = strsep(text, "\n"))) {
		int count = 0;
		char *field;

		while (count < FIELDS && (field = strsep(&line, ":")))
			fields[count++] = field;
		if (count < least)
			continue;
		while (count < FIELDS)
			fields[count++] = (char *)"";
		return true;
	}
	return false;
}

static bool parse_id(const char *text, uint32_t *id)
{
	uint64_t number;

	if (num_parse(text, UINT32_MAX - 1, &number))
		return false;
	*id = (uint32_t)number;
	return true;
}

/* Fill in what /etc/passwd says of `wanted`; returns the name to be looked for in /etc/group. */
static char *find_user(const char *wanted, struct user *user)
{
	FREED char *text = read_database("/etc/passwd");
	char *rest = text, *f[FIELDS], *name = NULL;
	uint32_t number = 0;
	bool is_number = parse_id(wanted, &number);

	while (!name && next_entry(&rest, f, 4)) {
		uint32_t uid, gid;

		if (!parse_id(f[2], &uid) || !parse_id(f[3], &gid))
			continue;
		if (strcmp(f[0], wanted) != 0 && !(is_number && uid == number))
			continue;
		name = xstrdup(f[0]);
		user->uid = uid;
		user->gid = gid;
		if (f[5][0] == '/' && strlen(f[5]) < sizeof(user->home))
			(void)strcpy(user->home, f[5]);
	}
	if (!name && !is_number)
		refuse(wanted, "no such user in the container's /etc/passwd");
	if (!name)
		user->uid = number;
	return name;
}

static void find_group(const char *wanted, gid_t *gid)
{
	char *f[FIELDS];

	if (parse_id(wanted, gid))
		return;
	FREED char *text = read_database("/etc/group");
	char *rest = text;
	while (next_entry(&rest, f, 3))
		if (strcmp(f[0], wanted) == 0 && parse_id(f[2], gid))
			return;
	refuse(wanted, "no such group in the container's /etc/group");
}

static void add_group(const char *of, gid_t gid, struct user *user)
{
	const size_t most = sizeof(user->groups) / sizeof(user->groups[0]);

	if (user->group_count == most)
		refuse(of, "member of more than %zu groups", most);
	user->groups[user->group_count++] = gid;
}

static void find_memberships(const char *name, struct user *user)
{
	FREED char *text = read_database("/etc/group");
	char *rest = text, *f[FIELDS];

	while (next_entry(&rest, f, 4)) {
		char *members = f[3], *member;
		uint32_t gid;

		while ((member = strsep(&members, ",")) && strcmp(member, name) != 0)
			;
		if (!member || !parse_id(f[2], &gid) || gid == user->gid)
			continue;
		add_group(name, gid, user);
	}
}

void user_find(const char *spec, struct user *user)
{
	FREED char *copy = xstrdup(spec);
	char *group = copy, *name = strsep(&group, ":");

	user->uid = 0;
	user->gid = 0;
	user->group_count = 1;
	(void)strcpy(user->home, "/");
	FREED char *login = find_user(*name ? name : "0", user);
	if (group && *group)
		find_group(group, &user->gid);
	else if (login)
		find_memberships(login, user);
	user->groups[0] = user->gid;
}

void user_join(const struct list *groups, struct user *user)
{
	for (size_t i = 0; i < groups->count; i++) {
		gid_t gid;

		find_group(groups->at[i], &gid);
		add_group(groups->at[i], gid, user);
	}
}
