/* Pieces of a stream between two threads: see layer_pieces.h. */
#define _GNU_SOURCE
#include "layer_pieces.h"

#include "err.h"
#include <stdlib.h>

void pieces_begin(struct pieces *p)
{
	*p = (struct pieces){.lock = PTHREAD_MUTEX_INITIALIZER,
	                     .changed = PTHREAD_COND_INITIALIZER};
	for (int i = 0; i < PIECES; i++)
		p->piece[i] = xalloc(PIECE);
}

void pieces_free(struct pieces *p)
{
	for (int i = 0; i < PIECES; i++)
		free(p->piece[i]);
}

uint8_t **pieces_room(struct pieces *p)
{
	pthread_mutex_lock(&p->lock);
	if (p->made - p->used == PIECES)
		while (p->made - p->used > PIECES - BATCH)
			pthread_cond_wait(&p->changed, &p->lock);
	pthread_mutex_unlock(&p->lock);
	return &p->piece[p->made % PIECES];
}

/* Only one of the two can be waiting, and only for this number. */
static void wake(struct pieces *p, size_t number)
{
	if (p->made - p->used == number)
		pthread_cond_signal(&p->changed);
}

void pieces_give(struct pieces *p, size_t length)
{
	pthread_mutex_lock(&p->lock);
	p->length[p->made++ % PIECES] = length;
	wake(p, BATCH);
	pthread_mutex_unlock(&p->lock);
}

void pieces_end(struct pieces *p)
{
	pthread_mutex_lock(&p->lock);
	p->ended = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

size_t pieces_take(struct pieces *p, const void **data)
{
	size_t length = 0;

	pthread_mutex_lock(&p->lock);
	if (p->holding) {
		p->used++;
		wake(p, PIECES - BATCH);
	}
	if (p->made == p->used)
		while (p->made - p->used < BATCH && !p->ended)
			pthread_cond_wait(&p->changed, &p->lock);
	p->holding = p->made != p->used;
	if (p->holding) {
		*data = p->piece[p->used % PIECES];
		length = p->length[p->used % PIECES];
	}
	pthread_mutex_unlock(&p->lock);
	return length;
}
