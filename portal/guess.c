/*
 * guess.c - see guess.h.
 *
 * Of each only a time is kept: when all of their misses are forgiven.  Each
 * miss moves that on; too far ahead, and they have to wait.  A set of four
 * places belongs to each hash, of which the one that is forgiven first is
 * taken.
 */
#include "guess.h"

#include <pthread.h>
#include <stdlib.h>

#include <openssl/rand.h>

#include "base/text.h"

#define SETS 4096
#define WAYS 4
#define AHEAD_MAX (GUESS_BURST * GUESS_EACH_S)

struct place {
	uint64_t hash;
	int64_t forgiven;
};

struct guesses {
	pthread_mutex_t lock;
	uint64_t seed; /* nobody chooses names that collide */
	struct place places[SETS][WAYS];
};

struct guesses *
guesses_new(void)
{
	struct guesses *guesses = calloc(1, sizeof *guesses);

	if (guesses == NULL || RAND_bytes((unsigned char *)&guesses->seed,
				   sizeof guesses->seed) != 1) {
		free(guesses);
		return NULL;
	}
	(void)pthread_mutex_init(&guesses->lock, NULL); /* cannot fail */
	return guesses;
}

void
guesses_free(struct guesses *guesses)
{
	if (guesses == NULL)
		return;
	(void)pthread_mutex_destroy(&guesses->lock);
	free(guesses);
}

/* Its place, or the one of its set that is forgiven first. */
static struct place *
place_of(struct guesses *guesses, uint64_t hash)
{
	struct place *set = guesses->places[hash % SETS], *first = set;

	for (int i = 0; i < WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
		if (set[i].forgiven < first->forgiven)
			first = &set[i];
	}
	return first;
}

void
guesses_miss(struct guesses *guesses, const char *who, int64_t now)
{
	uint64_t hash = lc_text_hash(guesses->seed, who);
	struct place *place;

	(void)pthread_mutex_lock(&guesses->lock);
	place = place_of(guesses, hash);
	if (place->hash != hash || place->forgiven < now)
		*place = (struct place){ hash, now };
	if (place->forgiven - now < AHEAD_MAX)
		place->forgiven += GUESS_EACH_S;
	(void)pthread_mutex_unlock(&guesses->lock);
}

unsigned
guesses_wait(struct guesses *guesses, const char *who, int64_t now)
{
	uint64_t hash = lc_text_hash(guesses->seed, who);
	const struct place *place;
	int64_t ahead = 0;

	(void)pthread_mutex_lock(&guesses->lock);
	place = place_of(guesses, hash);
	if (place->hash == hash)
		ahead = place->forgiven - now;
	(void)pthread_mutex_unlock(&guesses->lock);
	return ahead >= AHEAD_MAX ? (unsigned)(ahead - AHEAD_MAX) + 1 : 0;
}
