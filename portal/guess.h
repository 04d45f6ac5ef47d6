/*
 * guess.h - slows down who guesses PAKs and device ids: whoever asked for many
 * that do not exist has to wait.
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

/* They asked for something that does not exist. */
void guesses_miss(struct guesses *, const char *who, int64_t now);
/* Seconds until they may ask again; 0: they may. */
unsigned guesses_wait(struct guesses *, const char *who, int64_t now);

#endif
