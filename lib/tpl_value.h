/*
 * What templates count with: values, where they come from, and how Go prints them.
 */
#ifndef TPL_VALUE_H
#define TPL_VALUE_H

#include "err.h"
#include "tpl.h"
#include <stdint.h>

enum tpl_kind {
	TPL_NOTHING, /* what is missing */
	TPL_NULL,
	TPL_BOOL,
	TPL_INT,
	TPL_FLOAT,
	TPL_TEXT,
	TPL_LIST,
	TPL_MAP,
	TPL_ROW,
};

struct tpl_value {
	enum tpl_kind kind;
	bool may_lack; /* has a name that the rules have */
	bool escaped;  /* a text with octal escapes */
	union {
		bool truth;
		int64_t integer;
		double real;
		json_t *json; /* lists and maps */
		struct {
			const char *at; /* not always ended by NUL */
			size_t length;
		} text;
	};
};

/* One filling in of a template. */
struct tpl_run {
	const struct tpl_rules *rules;
	const char *template;    /* where positions begin */
	char *const *row;        /* where there are rows */
	bool heading;            /* the data is what fields are called */
	struct tpl_value *slots; /* of variables; 0 is `$` */
	FILE *out;
	struct list memory; /* freed at the end */
	json_t *garbage;    /* an array, or NULL: the same */
};

/* Refuse what stands there in the template. */
_Noreturn void tpl_fault(const char *template, const char *at, const char *format, ...)
        PRINTF_LIKE(3, 4);

/* "string", "int", "map"... for messages */
const char *tpl_kind_name(const struct tpl_value *value);

struct tpl_value tpl_text(const char *s, size_t length);
struct tpl_value tpl_truth(bool truth);
struct tpl_value tpl_number(int64_t number);
/* Memory that is the run's from now on. */
struct tpl_value tpl_own(struct tpl_run *run, char *s, size_t length);
/* A new list that is the run's. */
struct tpl_value tpl_new_list(struct tpl_run *run);
/* A text out of the data, which is escaped if the rules say so. */
struct tpl_value tpl_string(struct tpl_run *run, const char *s, size_t length);
/* The value of a JSON value, which has to live as long as the run. */
struct tpl_value tpl_from_json(struct tpl_run *run, json_t *json);
struct tpl_value tpl_field(struct tpl_run *run, size_t field);

/* .NAME of a value; at: where that stands */
struct tpl_value tpl_member(struct tpl_run *run, const struct tpl_value *of, const char *name,
                            const char *at);
/* One step of `index`. */
struct tpl_value tpl_index(struct tpl_run *run, const struct tpl_value *of,
                           const struct tpl_value *index, const char *at);
/* Is it something? As `if` has it. */
bool tpl_is_true(const struct tpl_value *value);
/* What `eq` and `lt` say: less than 0, 0, more than 0. equal: order is not asked for. */
int tpl_compare(struct tpl_run *run, const struct tpl_value *a, const struct tpl_value *b,
                bool equal, const char *at);
/* The keys of a map in order, in an array of the caller's; NULL if there is none. */
const char **tpl_keys(const json_t *map);

/*
 * With as many digits as it takes to read the same number again; without an exponent if that is at
 * least `least` and less than `most` (-6 and 21 at the outside).
 */
enum { TPL_REAL_SIZE = 48 };
void tpl_real(char text[TPL_REAL_SIZE], double real, int least, int most);

/* As Go's fmt does with %v. */
void tpl_print(struct tpl_run *run, FILE *out, const struct tpl_value *value);
void tpl_print_json(struct tpl_run *run, FILE *out, const struct tpl_value *value);
/* As fmt.Printf does; values[0] is not the format. */
void tpl_printf(struct tpl_run *run, FILE *out, const struct tpl_value *format,
                const struct tpl_value *values, size_t count);

#endif
