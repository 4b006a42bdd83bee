/*
 * One verb of printf, such as %-8s.
 */
#ifndef TPL_VERB_H
#define TPL_VERB_H

#include "tpl_value.h"

struct tpl_verb {
	char letter;
	bool minus, plus, sharp, space, zero;
	int width, precision; /* -1: none */
};

/* What Go's fmt prints for a value: of a list, or a map, for each of its elements. */
void tpl_put(struct tpl_run *run, FILE *out, const struct tpl_verb *verb,
             const struct tpl_value *value);

#endif
