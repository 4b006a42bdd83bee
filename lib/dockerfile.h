/*
 * A Dockerfile taken apart: its instructions, each checked as far as it can be before variables
 * have values. All is kept as long as the process. Errors are told as FILE:LINE, and end it.
 */
#ifndef DOCKERFILE_H
#define DOCKERFILE_H

#include "err.h"
#include "opt.h"
#include <stdbool.h>
#include <stddef.h>

/* What stands behind the name of an instruction and its flags. */
enum dockerfile_form {
	FORM_WORDS,     /* words between blanks */
	FORM_LIST,      /* the same, or a JSON array */
	FORM_COMMAND,   /* a JSON array, or a line for the shell */
	FORM_ARRAY,     /* a JSON array */
	FORM_PAIRS,     /* NAME=VALUE..., or NAME VALUE: args has name, value, name, value */
	FORM_VARIABLES, /* NAME[=VALUE]... */
	FORM_TEXT,      /* the line */
	FORM_HEALTH,    /* NONE, or CMD and a command; args has the command */
	FORM_TRIGGER,   /* another instruction */
};

struct keyword {
	const char *name;
	enum dockerfile_form form;
	const char *flags; /* names with blanks around; with ? a boolean, with * repeatable */
	int least;         /* number of args */
	int most;          /* < 0: any */
	bool heredocs;
};

struct flag {
	const char *name, *value; /* of a boolean: true, false */
};

struct heredoc {
	const char *name;
	char *content; /* without the tabs in front if it began with <<- */
	bool expand, chomp;
};

struct instruction {
	const struct keyword *is;
	size_t line, end; /* in the file, from 1 */
	char *whole;      /* as it is written, continued lines joined */
	char *text;       /* what is behind name and flags */
	struct flag *flags;
	size_t flag_count;
	bool json;        /* args were written so */
	bool legacy;      /* NAME VALUE, without = */
	struct list args; /* with quotes and variables as they are written */
	struct heredoc *heredocs;
	size_t heredoc_count;
	struct instruction *trigger; /* of ONBUILD */
};

struct dockerfile {
	const char *name; /* for messages */
	char escape;
	const char *check; /* what that directive says; NULL: nothing */
	struct instruction *at;
	size_t count;
};

/* Take a text apart, which is changed and kept. An `onbuild` one is a trigger: it may be none of
 * FROM, MAINTAINER, ONBUILD. */
void dockerfile_parse(struct dockerfile *file, const char *name, char *text, bool onbuild);

/* Read it from a file, `-` being stdin, and take it apart. */
void dockerfile_read(struct dockerfile *file, const char *path);

/* Print FILE:LINE: INSTRUCTION: what is wrong, and exit. */
_Noreturn void dockerfile_bad(const struct dockerfile *file, const struct instruction *in,
                              const char *format, ...) PRINTF_LIKE(3, 4);

/* Warn about ENV and LABEL without =, unless the directive has it skipped, or says that it is an
 * error. */
void dockerfile_check(const struct dockerfile *file);

/* The value of the flag, the n-th such one; NULL: there is none. */
const char *dockerfile_flag(const struct instruction *in, const char *name, size_t n);

/* A JSON object a line for each instruction. */
void dockerfile_show(const struct dockerfile *file);

/* Parts of dockerfile_parse(), each in a file of its own. */
const struct keyword *dockerfile_keyword(const char *name, size_t length);
void dockerfile_instruction(const struct dockerfile *file, struct instruction *in, bool onbuild);
char *dockerfile_flags(const struct dockerfile *file, struct instruction *in, char *text);
/* The heredocs that begin in a text, without content. Of a word: 1 if it begins one, else 0. */
struct heredoc *heredocs_of(const char *text, size_t *count);
size_t heredoc_of(const char *word, struct heredoc *heredoc);
void heredoc_chomp(char *content);

/* The fields of RUN --mount, which are written as a line of CSV is. */
struct list mount_fields(const char *mount);
/* Put together again. The caller frees it. */
char *mount_text(const struct list *fields);
/* The value of the first field that is called so; NULL: none. The caller frees it. */
char *mount_field(const char *mount, const char *name);
/* What is wrong with it once its variables are replaced, or NULL; there until the next call. */
const char *mount_check(const struct list *fields);

#endif
