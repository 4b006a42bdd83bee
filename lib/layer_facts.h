/*
 * What is known of a layer, to who wants to store it.
 */
#ifndef LAYER_FACTS_H
#define LAYER_FACTS_H

#include "layer_unpack.h"
#include <stdbool.h>
#include <stdio.h>

/* Lines KEY TAB VALUE, or a JSON object. counts: NULL where nothing was unpacked. fail()s. */
void layer_print_facts(FILE *to, const struct layer_facts *facts, const struct layer_counts *counts,
                       bool json);

#endif
