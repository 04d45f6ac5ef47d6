/*
 * guess.h - slows down who guesses PAKs and device ids: an address that asked
 * for many that do not exist has to wait.
 */
#ifndef PORTAL_GUESS_H
#define PORTAL_GUESS_H

#include <stdbool.h>
#include <stdint.h>

#define GUESS_BURST 30 /* misses at once */
#define GUESS_EACH_S 2 /* seconds that each further one takes */

struct guesses;

struct guesses *guesses_new(void); /* NULL: no memory */
void guesses_free(struct guesses *);

/* Something that does not exist was asked for from there. */
void guesses_miss(struct guesses *, const char *address, int64_t now);
/* Seconds until that address may ask again; 0: it may. */
unsigned guesses_wait(struct guesses *, const char *address, int64_t now);

#endif
