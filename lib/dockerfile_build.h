/*
 * What a Dockerfile says to build: its stages, and their steps with the variables replaced.
 */
#ifndef DOCKERFILE_BUILD_H
#define DOCKERFILE_BUILD_H

#include "dockerfile.h"
#include <jansson.h>

/* Variables; of two with the same name the last one counts. */
struct scope {
	struct list entries; /* NAME=VALUE */
};

const char *scope_get(const struct scope *scope, const char *name);
void scope_set(struct scope *scope, const char *name, const char *value);

struct stage {
	size_t number;
	size_t first, end;  /* its instructions in the file, FROM being the first */
	const char *name;   /* in small letters; "" */
	char *base;         /* an image, or `scratch` */
	long base_stage;    /* or that stage; < 0: none */
	char *platform;     /* as FROM has it; "" */
	bool *needs;        /* by number: stages that it is built of */
	struct list images; /* that it copies from */
	bool needed;        /* for the target */
};

struct build {
	/* What the caller says. */
	struct list given;    /* NAME=VALUE */
	const char *target;   /* a stage by name or number; NULL: the last */
	const char *platform; /* OS/ARCH[/VARIANT]; NULL: this machine's */
	struct dockerfile file;

	struct scope global; /* ARG before the first FROM, and what is predefined */
	struct stage *stages;
	size_t count;
};

/* Find out about the stages of the file. */
void build_stages(struct build *build);

/* Which of the stages before `stage` is meant, for `from`; -1: none, so that it is an image. */
long build_stage(const struct build *build, const struct instruction *in, const struct stage *stage,
                 const char *from);

/* The stage called so, or with that number, the last one if name is NULL. */
struct stage *build_find(const struct build *build, const char *name);

/* Replace variables; the caller frees it. */
char *build_expand(const struct dockerfile *file, const struct instruction *in, unsigned int how,
                   const char *text, const char *(*value)(void *of, const char *name), void *of);

/* The value that was given for an ARG, or NULL. */
const char *build_given(const struct build *build, const char *name);

/* What no ARG asked for is told, as Docker does. */
void build_warn(const struct build *build);

/* Those of proxies, which need no ARG and do not count for the cache. Ends in NULL. */
extern const char *const build_proxies[];

enum build_format { BUILD_LINES, BUILD_JSON, BUILD_SHELL };

void stages_show(const struct build *build, enum build_format format);

/* One thing to do. */
struct step {
	const char *instruction, *form; /* form: shell, exec, script; "" */
	size_t line;
	char *text;
	struct list flags, args, heredocs, changes;
	struct list arguments; /* NAME=VALUE that ARG has set, for RUN */
	const char *author;
};

/* What the image is like before the first step, and then before the next one. */
struct state {
	struct scope env, args;
	struct list shell;   /* what runs a line */
	struct list onbuild; /* triggers */
	const char *workdir, *user;
	bool has_cmd;   /* of this stage's own */
	json_t *config; /* scratch paper: changes are tried on it */
};

/* What the config of an image says, in JSON: as img-store shows it, or the config alone. */
void state_read(struct state *state, int fd);

/* Print the steps of a stage; state: that of the image that it, or the first stage below, is FROM.
 */
void steps_show(const struct build *build, const struct stage *stage, struct state *state,
                enum build_format format);

/* Parts of steps_show(), each in a file of its own. */
struct steps {
	const struct build *build;
	const struct stage *stage;
	const struct dockerfile *file; /* or a trigger's */
	struct state *state;
	enum build_format format;
	bool silent; /* a stage below: only the state counts */
	size_t line; /* of FROM, for triggers; 0: the instruction's own */
	size_t shown;
};
char *steps_expand(struct steps *steps, const struct instruction *in, unsigned int how,
                   const char *text);
/* What changes the config; false: it is none of these. */
bool step_config(struct steps *steps, const struct instruction *in, struct step *step);
void step_layer(struct steps *steps, const struct instruction *in, struct step *step);
void step_show(struct steps *steps, const struct step *step);

#endif
