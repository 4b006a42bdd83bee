/*
 * Watching all containers of a store.
 */
#ifndef RECORD_WATCH_H
#define RECORD_WATCH_H

#include "event.h"

/*
 * Tell what happens to the containers of the store, from view->since on until view->until, or
 * until nobody reads stdout any more. What is past is told as far as records still say it: a
 * container's creation, and the beginning and the end of its last run. The view is kept; the
 * current directory becomes the store's; what is missing of the store is made. fail()s.
 */
void record_watch(int store, const struct event_view *view);

#endif
