/* slice.c - see slice.h. */
#include "slice.h"

#include <time.h>

#define SLICE_NS INT64_C(3000000)

static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

struct lc_slice
lc_slice_begin(void)
{
	return (struct lc_slice){ now_ns() + SLICE_NS };
}

bool
lc_slice_is_over(const struct lc_slice *slice)
{
	return now_ns() >= slice->end_ns;
}
