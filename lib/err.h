/*
 * How a tool fails: one line `tool: object: what failed: why` on stderr, its own earlier steps
 * undone in reverse order, and the exit status that status.h gives its kind of tool.
 */
#ifndef ERR_H
#define ERR_H

#include "status.h"

#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* What fail() and refuse() exit with. opt_parse() sets both by the kind of the tool. */
extern int err_status;
extern int err_usage_status;

/* Where errors go; another one than 2 where that was lent to somebody else. */
extern int err_fd;

/*
 * Print the error with strerror(errno) behind it, undo, exit with err_status.
 * object: what the operation was done to; NULL where there is none.
 */
_Noreturn void fail(const char *object, const char *format, ...) PRINTF_LIKE(2, 3);

/* As fail(), for what is wrong without an errno to tell it. */
_Noreturn void refuse(const char *object, const char *format, ...) PRINTF_LIKE(2, 3);

/* The command line is wrong: print why, with a hint at --help, exit with err_usage_status. */
_Noreturn void usage_error(const char *format, ...) PRINTF_LIKE(1, 2);

/* Print the error with strerror(errno) behind it and go on. errno is kept. */
void complain(const char *object, const char *format, ...) PRINTF_LIKE(2, 3);

/* As complain(), without an errno. */
void complain_plainly(const char *object, const char *format, ...) PRINTF_LIKE(2, 3);

/*
 * Have undo(of) called if the tool fails later on; the last one pushed is called first. `of` stays
 * the caller's and has to live as long as the process. There is room for 32.
 */
void on_failure(void (*undo)(void *of), void *of);

/* What was done so far is to stay: forget all that on_failure() was told. */
void keep_what_is_done(void);

/* malloc, strdup, asprintf that fail() rather than return NULL. The caller frees. */
void *xalloc(unsigned long bytes); /* zeroed */
void *xrealloc(void *old, unsigned long bytes);
char *xstrdup(const char *s);
char *xprintf(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
