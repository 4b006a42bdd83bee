/*
 * The names in a directory, sorted: file systems have their own order.
 */
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include "opt.h"
#include <stdbool.h>

/* All but . and .. ; dir: any descriptor of it. fail()s, naming the object. */
struct list directory_list(int dir, const char *object);

/* Has a list so sorted this name? */
bool directory_has(const struct list *sorted, const char *name);

void list_sort(struct list *list);
void list_free(struct list *list); /* with the strings */

#endif
