/*
 * Many records on stdout.
 */
#ifndef RECORD_LIST_H
#define RECORD_LIST_H

#include "record.h"

struct listing {
	bool all;            /* not only those that run */
	bool json;           /* an object a line with all that the record has, instead of fields */
	const char *fields;  /* names separated by commas, see record_fields.h */
	uint64_t most;       /* no more than so many, the youngest; 0: no limit */
	struct list filters; /* KEY=VALUE, see record_filter.h */
};

/*
 * A line a container, the youngest first, its fields separated by tabs.
 * Returns an exit status: 0; 1, not all records could be read, which was said; RECORD_DEAD, there
 * is one among them that has left something which is to be freed.
 */
enum { RECORD_DEAD = 3 };
int record_list(int store, const struct listing *listing);

#endif
