/*
 * The keys by which a person leaves a terminal that goes on without: "ctrl-p,ctrl-q".
 */
#ifndef DETACH_KEYS_H
#define DETACH_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum { DETACH_KEYS_MOST = 16 };

struct detach_keys {
	char keys[DETACH_KEYS_MOST];
	size_t count;
	size_t seen; /* so many of them came last, and are held back */
};

/*
 * As Docker writes them: a list of characters and ctrl-X, where X is a letter or one of @ [ \ ] ^
 * _; an empty text is none. false: it is none of that.
 */
bool detach_keys_parse(const char *text, struct detach_keys *keys);

/*
 * Of what was typed, what is to be handed on: *length bytes at `to`, which has room for
 * DETACH_KEYS_MOST more than there are. The beginning of the sequence is held back until it is
 * clear that it is no more than that. true: here it was.
 */
bool detach_keys_filter(struct detach_keys *keys, const char *typed, size_t count, char *to,
                        size_t *length);

#endif
