/*
 * Options for what a command inside of a container may do, the same in every tool that starts one.
 */
#ifndef RIGHTS_H
#define RIGHTS_H

#include "creds.h"
#include "opt.h"

struct rights {
	const char *user;        /* USER[:GROUP], for user_find() */
	struct list groups;      /* supplementary ones more, for user_join() */
	uint64_t added, dropped; /* capabilities */
	bool privileged;         /* all of them to begin with; the tool has the option */
	struct creds creds;      /* what comes of it */
};

#define RIGHTS_NONE                                                                                \
	{                                                                                          \
		.user = "0"                                                                        \
	}

/* Lines of a tool's table. */
/* clang-format off */
#define RIGHTS_OPTIONS(rights) \
	{"user", 'u', "USER[:GROUP]", "by name in the container, or number", opt_string, &(rights).user}, \
	{"group-add", 0, "GROUP", "one group more, by name or number (repeatable)", opt_list, &(rights).groups}, \
	{"cap-add", 0, "CAP", "keep it, too; ALL (repeatable)", rights_opt_cap, &(rights).added}, \
	{"cap-drop", 0, "CAP", "give it up; ALL (repeatable)", rights_opt_cap, &(rights).dropped}, \
	{"seccomp", 0, "FILE", "load this compiled filter", opt_string, &(rights).creds.filter_file}, \
	{"no-new-privs", 0, NULL, "no program raises rights", opt_flag, &(rights).creds.no_new_privs}
/* clang-format on */

/* A setter for the name of a capability; into: the uint64_t of several. */
void rights_opt_cap(const struct opt *opt, const char *arg);

/*
 * Make creds of the options, and read the filter. As Docker has it: what is added counts for more
 * than what is dropped, but for --cap-add ALL. refuse()s to add what the caller itself lacks;
 * fail()s.
 */
void rights_settle(struct rights *rights);

#endif
