/*
 * Facts on stdout, as the tools of networks print them: lines KEY TAB VALUE, or one JSON object in
 * a line, or nothing.
 */
#ifndef NETFACT_H
#define NETFACT_H

#include <stdbool.h>
#include <stdint.h>

extern bool netfact_json, netfact_quiet;

void netfact(const char *key, const char *value);
void netfact_number(const char *key, uint64_t value);
void netfact_flag(const char *key, bool value); /* true, false */

/* One of several: lines with the same key; in JSON an array. values: so many of them. */
void netfact_list(const char *key, const char *const *values, unsigned int count);

/* The end of an object. */
void netfact_end(void);

#endif
