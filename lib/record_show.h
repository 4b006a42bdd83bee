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

/*
 * One line a container, the youngest first: id, name, status, pid, exit status, time of creation,
 * image; `-` where there is none. json: an object with all that the record has.
 * all: not only those that run. 0, or -1: not all records could be read, and that was said.
 */
int record_list(int store, bool json, bool all);

#endif
