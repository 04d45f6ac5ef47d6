/* histogram.h - how often values fell below bounds, for Prometheus. */
#ifndef PORTAL_HISTOGRAM_H
#define PORTAL_HISTOGRAM_H

#include <stdio.h>

#define HISTOGRAM_MAX 16

/* {0} but for bounds, which rise and end with 0.  The owner's lock guards it.
 */
struct histogram {
	const double *bounds;                    /* HISTOGRAM_MAX at most */
	unsigned long counts[HISTOGRAM_MAX + 1]; /* the last: above all */
	double sum;
};

void histogram_add(struct histogram *, double value);
/* Its name, and a sentence about it. */
void histogram_print(
    const struct histogram *, const char *name, const char *help, FILE *);

#endif
