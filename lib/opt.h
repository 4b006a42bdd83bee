/*
 * One table says what a tool takes: it drives the parser, `--help`, and the machine-readable list
 * (`--list-options`) that shell completion and the check of the man page read.
 */
#ifndef OPT_H
#define OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct opt {
	const char *name; /* the long option, without dashes; NULL in a line that is a heading */
	char letter;      /* the short one, or 0; never takes an argument that may be left out */
	const char *arg; /* what its argument is called; NULL: takes none; "[X]": may be left out */
	const char *help;                                    /* one line */
	void (*set)(const struct opt *opt, const char *arg); /* arg: NULL when left out */
	void *into;                                          /* where `set` puts the value */
};

/* A verb of a tool that has several, of one word or two: `img-store show NAME`, `netsetup bridge
 * list`. */
struct verb {
	const char *name;
	const char *operands;              /* as help shows them */
	const char *help;                  /* one line */
	int (*run)(int argc, char **argv); /* the operands alone; returns the exit status */
	int least, most;                   /* number of operands; most < 0: any number */
	const struct opt *options;         /* ends in {0}; may be NULL */
};

/*
 * `most` of a verb that is a chain tool: its operands from the least-th on are a command that it
 * execs. They are left as they are, with or without a `--`; exit statuses are 125 to 127.
 */
enum { VERB_CHAIN = -2 };

struct tool {
	const char *name;
	const char *operands; /* behind "[options]" in the usage line */
	const char *purpose;  /* one line */
	bool chain;           /* execs the rest of its command line: exit statuses 125 to 127 */
	const struct opt *options; /* ends in {0}; of every verb, if there are verbs */
	const struct verb *verbs;  /* ends in {0}; NULL: the tool does one thing */
	const char *example;       /* a command line that works when pasted */
};

/*
 * Parse the options in front of the operands; `--help`, `--version` and `--list-options` are
 * answered here. Returns the index of the first operand. Does not return from a usage error.
 */
int opt_parse(const struct tool *tool, int argc, char **argv);

/*
 * The whole main() of a tool with verbs: find the verb, parse its options (which may stand before
 * or behind the operands, up to a `--` or a command), check the number of operands, run it.
 */
int opt_run(const struct tool *tool, int argc, char **argv);

/* Setters. */
void opt_flag(const struct opt *opt, const char *arg);     /* bool: true */
void opt_string(const struct opt *opt, const char *arg);   /* const char *: the argument itself */
void opt_size(const struct opt *opt, const char *arg);     /* uint64_t: bytes, as num_size() */
void opt_number(const struct opt *opt, const char *arg);   /* uint64_t: at most 2^63 - 1 */
void opt_duration(const struct opt *opt, const char *arg); /* uint64_t: in nanoseconds */
void opt_fd(const struct opt *opt, const char *arg);       /* int: a descriptor that is open */
void opt_list(const struct opt *opt, const char *arg);     /* struct list: appended */

/* A growing vector of strings; `at` always ends in NULL once something was added. */
struct list {
	char **at;
	size_t count;
};
void list_add(struct list *list, char *item); /* the list keeps the pointer */

/* In a `set` of a tool's own: the argument is no good; says which option and why, and exits. */
_Noreturn void opt_refuse(const struct opt *opt, const char *arg, const char *why);

/* Parts of opt.c that print and exit; verb: NULL for the tool as a whole. */
_Noreturn void opt_help(const struct tool *tool, const struct verb *verb);
_Noreturn void opt_list_all(const struct tool *tool);
_Noreturn void opt_finish(int status);  /* exit so, or fail() when stdout took not all */
_Noreturn void opt_finish_stdout(void); /* opt_finish(0) */

#ifndef VERSION
#define VERSION "unknown"
#endif

#endif
