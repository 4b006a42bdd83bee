/*
 * A template as it was read, and the functions that it may call.
 */
#ifndef TPL_TREE_H
#define TPL_TREE_H

#include "tpl_value.h"

enum { TPL_ARGUMENTS = 32, TPL_DEPTH = 100 };

struct tpl_call {
	struct tpl_run *run;
	const char *at; /* where the function stands */
	const struct tpl_function *function;
	const struct tpl_value *args;
	int count;
};

struct tpl_function {
	const char *name;
	int least, most; /* number of arguments; most < 0: any number */
	struct tpl_value (*call)(const struct tpl_call *call);
	bool heading; /* leaves a heading as it is */
};

/* NULL: there is no such function. */
const struct tpl_function *tpl_find_function(const char *name, size_t length);

/* Those that do things to strings; ends in {0}. */
extern const struct tpl_function tpl_string_functions[];

/* An argument that has to be a string, or a number. */
const struct tpl_value *tpl_want(const struct tpl_call *call, int i, enum tpl_kind kind);

/* `and` and `or` evaluate no more than they need: this says which result ends them. */
bool tpl_is_lazy(const struct tpl_function *function, bool *ends);

/* .A.B */
struct tpl_chain {
	struct list names;
	const char **at;
};

enum tpl_term_kind {
	TERM_DOT,
	TERM_FIELD, /* of the row */
	TERM_VALUE,
	TERM_VARIABLE,
	TERM_FUNCTION,
	TERM_PIPE,
};

struct tpl_term {
	enum tpl_term_kind kind;
	const char *at;
	union {
		struct tpl_value value;
		size_t number; /* of a variable or a field */
		const struct tpl_function *function;
		struct tpl_pipe *pipe;
	};
	struct tpl_chain chain; /* of its members */
};

struct tpl_command { /* a function and arguments, or a value */
	struct tpl_term terms[TPL_ARGUMENTS];
	size_t count;
};

struct tpl_pipe { /* each command's result is the last argument of the next */
	const char *at;
	size_t slots[2]; /* the variables it sets */
	size_t slot_count;
	struct tpl_command **commands;
	size_t count;
};

enum tpl_node_kind {
	NODE_TEXT,
	NODE_PRINT,
	NODE_SET, /* a variable */
	NODE_IF,
	NODE_WITH,
	NODE_RANGE,
	NODE_BREAK,
	NODE_CONTINUE,
};

struct tpl_node {
	enum tpl_node_kind kind;
	const char *at;
	size_t length; /* of text */
	struct tpl_pipe *pipe;
	struct tpl_node *body, *otherwise;
	struct tpl_node *next;
};

struct tpl {
	const struct tpl_rules *rules;
	const char *text;
	struct tpl_node *nodes;
	struct tpl_value *slots; /* of variables */
	size_t slot_count;
};

/* The value of a pipeline, whose one variable is set to that; of several, the caller sets them. */
struct tpl_value tpl_evaluate(struct tpl_run *run, const struct tpl_pipe *pipe,
                              const struct tpl_value *dot);

#endif
