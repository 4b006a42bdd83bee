/*
 * How much work is done for a text that may be anybody's: a short one can ask for work, memory or
 * output without end, such as a variable of variables that each instruction has in it.
 */
#ifndef EFFORT_H
#define EFFORT_H

#include <stddef.h>

/* From now on it is the work for this one, which is named when it is too much. */
void effort_begin(const char *object);

const char *effort_object(void);

/*
 * So much is about to be done, in units of about a nanosecond. refuse()s what comes to more than a
 * second or two, which no text needs that is meant well.
 */
void effort_spend(size_t units);

#endif
