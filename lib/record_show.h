/*
 * Records on stdout.
 */
#ifndef RECORD_SHOW_H
#define RECORD_SHOW_H

#include "record.h"

enum show_format {
	SHOW_LINES, /* KEY TAB VALUE, escaped as text_field() does */
	SHOW_JSON,  /* one object, with args and env as arrays */
	SHOW_NULL,  /* KEY=VALUE, each with a NUL behind */
	SHOW_SHELL, /* ctr_KEY='VALUE' */
};

/* Everything about one container: id, dir, name, status, pid, start, exit first. */
void record_show(int store, const struct record *record, enum show_format format);

/* The same without args and env, and without what ends an object. */
void record_show_pairs(const struct record *record, enum show_format format);

#endif
