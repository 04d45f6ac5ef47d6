/*
 * fuzz.h - one target for each parser of what comes from outside.
 *
 * A target is called with anything and must come back.  What it promises
 * about what it accepts is checked with require, which ends the program.
 *
 * Built for libFuzzer with --enable-fuzzers CC=clang; otherwise with replay.c,
 * which "make check" runs over the stored corpus.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The longest seed that is replayed with every byte changed.  A slow target
 * defines a small one. */
extern size_t fuzz_changed_max;

#define require(condition)                                                \
	do {                                                              \
		if (!(condition)) {                                       \
			fprintf(stderr, "%s:%d: %s is false\n", __FILE__, \
			    __LINE__, #condition);                        \
			abort();                                          \
		}                                                         \
	} while (0)

#endif
