/*
 * What happens to containers, in the words that docker-events(1) has for it.
 */
#ifndef EVENT_H
#define EVENT_H

#include "opt.h"
#include <stdbool.h>
#include <stdint.h>

struct event {
	int64_t time;           /* nanoseconds since the epoch */
	const char *action;     /* create, start, die, ... */
	const char *id;         /* of the container */
	struct list attributes; /* KEY=VALUE in the order of keys: name, image, labels, ... */
};

enum event_format {
	EVENT_LINES, /* time, action, id, name, image, and each other attribute, tab-separated */
	EVENT_JSON,
	EVENT_JSON_GO, /* with the names that Docker's templates have, too */
	EVENT_TEXT
};

struct event_view {
	enum event_format format;
	int64_t since, until;
	struct list filters; /* KEY=VALUE */
};

/* The one that a command line gives, and its options; they are parsed before it is checked. */
extern struct event_view event_view_given;
extern const struct opt event_options[];
void event_view_check(void);

/* Option setters; into: struct list, int64_t. */
void event_opt_filter(const struct opt *opt, const char *arg);
void event_opt_time(const struct opt *opt, const char *arg);

/* From now on events are told so. They are held back until event_release(). The view is kept. */
void event_begin(const struct event_view *view);

/* Give it an attribute, instead of one with that key. The text is copied. */
void event_put(struct event *event, const char *key, const char *value);

/* Print it, if it is wanted, and forget its attributes. */
void event_tell(struct event *event);

/*
 * What was held back goes out in the order of time, but for what came before `since`; from here on
 * events go out as they come.
 */
void event_release(void);

/* Is it one that all filters let through? One key's values are alternatives, but for labels. */
bool event_passes(const struct event *event, const struct list *filters);

/* The value of an attribute, or NULL. */
const char *event_get(const struct event *event, const char *key);

void event_print(const struct event *event, enum event_format format);

#endif
