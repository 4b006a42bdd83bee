/*
 * Pieces of a stream of bytes on their way from one thread, the maker, to another, the user. One
 * that is too fast waits.
 */
#ifndef LAYER_PIECES_H
#define LAYER_PIECES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Small enough to stay in a processor's cache until they are written, which is a tenth of the whole
 * time; enough of them to go on with while the other thread is being woken. Who has to wait waits
 * for BATCH of them, so that the two do not wake each other for every single one.
 */
enum { PIECES = 32, BATCH = PIECES / 2, PIECE = 64 * 1024 };

struct pieces {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint8_t *piece[PIECES];
	size_t length[PIECES];
	size_t made, used;   /* how many, since it began: filled, given back */
	bool ended, holding; /* holding: the user has piece `used` in its hands */
};

/* fail()s without memory. */
void pieces_begin(struct pieces *pieces);
void pieces_free(struct pieces *pieces);

/* The maker: where the next one goes, PIECE bytes, which may be exchanged for others. */
uint8_t **pieces_room(struct pieces *pieces);
/* It is filled. */
void pieces_give(struct pieces *pieces, size_t length);
/* There are no more. What the maker wrote before is there for the user then. */
void pieces_end(struct pieces *pieces);

/* The user: the next one, there until the next call. 0 at the end. */
size_t pieces_take(struct pieces *pieces, const void **data);

#endif
