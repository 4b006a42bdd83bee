/* Limits of work: see effort.h. */
#include "effort.h"

#include "err.h"

#define MOST ((size_t)1 << 30)

static const char *whose;
static size_t spent;

void effort_begin(const char *object)
{
	whose = object;
	spent = 0;
}

const char *effort_object(void)
{
	return whose;
}

void effort_spend(size_t units)
{
	if (units > MOST - spent)
		refuse(whose,
		       "is too much work: its variables are too many, or stand for too much");
	spent += units;
}
