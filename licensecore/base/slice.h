/*
 * slice.h - how long a slice of work lasts, while a loop waits for its end.
 */
#ifndef LC_SLICE_H
#define LC_SLICE_H

#include <stdbool.h>
#include <stdint.h>

struct lc_slice {
	int64_t end_ns;
};

/* A few milliseconds from now. */
struct lc_slice lc_slice_begin(void);
/* Ask after each piece of work. */
bool lc_slice_is_over(const struct lc_slice *);

#endif
