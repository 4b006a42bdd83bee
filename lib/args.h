/*
 * Arguments that come through a descriptor: a NUL behind each, up to the end of the file.
 */
#ifndef ARGS_H
#define ARGS_H

#include <stddef.h>

/*
 * Returns a new vector: the `count` words of `command`, and behind them what fd gives. Nothing at
 * all, or a last argument without its NUL, is what is left of a writer that died: an error.
 * fail()s.
 */
char **args_read(int fd, char **command, size_t count);

#endif
